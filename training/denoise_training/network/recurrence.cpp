// The light recurrence of recurrence.py over a whole sequence, for one CPU: forward, and backward to all gradients.
//
// In:  x [T, R, C], states [T + 1, R, C] (the first is given), gates [T, R, 2C] (z, then c), float32 and contiguous
// Out: gates and states; backward: gradients of x, of the first state and of the weights
//
// Notable: rows are independent, so a group of them goes through all steps while the weights stay in the nearest caches,
// and gates are activated, or their gradients used, right where they were made. Plain C interface, loaded with ctypes.
#include <cmath>
#include <cstring>

#include "products.h"
#include "threads.h"

namespace {

constexpr int64_t GROUP = 48;  // rows that go through a step together

}  // namespace

// weights: input [C, 2C], bias [2C], state [C, 2C]
extern "C" void light_forward(const float* x, const float* input, const float* bias, const float* state, float* gates,
                              float* states, int64_t steps, int64_t rows, int64_t width, int threads) {
  const int64_t both = 2 * width, groups = (rows + GROUP - 1) / GROUP;
  share(groups, threads, [=](int64_t begin, int64_t end, int) {
    for (int64_t group = begin; group < end; ++group) {
      const int64_t first = group * GROUP, count = rows - first < GROUP ? rows - first : GROUP;
      for (int64_t t = 0; t < steps; ++t) {
        const int64_t row = t * rows + first;
        const float* before = states + row * width;
        float *g = gates + row * both, *after = states + (row + rows) * width;
        for (int64_t r = 0; r < count; ++r) std::memcpy(g + r * both, bias, both * sizeof(float));
        add_product(count, both, width, {x + row * width, width, 1}, input, both, g, both);
        add_product(count, both, width, {before, width, 1}, state, both, g, both);
        for (int64_t r = 0; r < count; ++r) {
          float *z = g + r * both, *c = z + width, *out = after + r * width;
          const float* h = before + r * width;
#pragma GCC ivdep
          for (int64_t i = 0; i < width; ++i) {
            // exp stays finite inside these bounds, beyond which both functions are flat in float32.
            const float a = z[i] < -30.f ? -30.f : (z[i] > 30.f ? 30.f : z[i]);
            const float b = c[i] < -15.f ? -15.f : (c[i] > 15.f ? 15.f : c[i]);
            const float keep = 1.f / (1.f + expf(-a));
            const float candidate = 2.f / (1.f + expf(-2.f * b)) - 1.f;
            z[i] = keep;
            c[i] = candidate;
            out[i] = candidate + keep * (h[i] - candidate);
          }
        }
      }
    }
  });
}

// grad [R, C] holds the gradient of the first state at the end; all outputs are overwritten.
extern "C" void light_backward(const float* x, const float* input, const float* state, const float* gates,
                               const float* states, const float* grad_states, float* grad_x, float* grad,
                               float* grad_input, float* grad_bias, float* grad_state, int64_t steps, int64_t rows,
                               int64_t width, int threads) {
  const int64_t both = 2 * width, groups = (rows + GROUP - 1) / GROUP, size = width * both;
  const auto input_back = transposed(input, width, both), state_back = transposed(state, width, both);
  Sums sums(2 * size + both, threads);
  std::memset(grad, 0, rows * width * sizeof(float));
  share(groups, threads, [&](int64_t begin, int64_t end, int thread) {
    float *input_sum = sums.of(thread), *state_sum = input_sum + size, *bias_sum = state_sum + size;
    std::vector<float> gate_grads(GROUP * both);
    float* const made = gate_grads.data();
    for (int64_t group = begin; group < end; ++group) {
      const int64_t first = group * GROUP, count = rows - first < GROUP ? rows - first : GROUP;
      float* carried = grad + first * width;
      for (int64_t t = steps - 1; t >= 0; --t) {
        const int64_t row = t * rows + first;
        for (int64_t r = 0; r < count; ++r) {
          const float *z = gates + (row + r) * both, *c = z + width, *h = states + (row + r) * width;
          const float* from = grad_states + (row + r) * width;
          float *g = carried + r * width, *gz = made + r * both, *gc = gz + width;
#pragma GCC ivdep
          for (int64_t i = 0; i < width; ++i) {
            const float total = g[i] + from[i];
            gz[i] = total * (h[i] - c[i]) * z[i] * (1.f - z[i]);
            gc[i] = total * (1.f - z[i]) * (1.f - c[i] * c[i]);
            g[i] = total * z[i];
          }
          for (int64_t i = 0; i < both; ++i) bias_sum[i] += gz[i];
        }
        float* to = grad_x + row * width;
        std::memset(to, 0, count * width * sizeof(float));
        add_product(count, width, both, {made, both, 1}, input_back.data(), width, to, width);
        add_product(count, width, both, {made, both, 1}, state_back.data(), width, carried, width);
        add_product(width, both, count, {x + row * width, 1, width}, made, both, input_sum, both);
        add_product(width, both, count, {states + row * width, 1, width}, made, both, state_sum, both);
      }
    }
  });
  sums.into(grad_input, 0, size);
  sums.into(grad_state, size, size);
  sums.into(grad_bias, 2 * size, both);
}
