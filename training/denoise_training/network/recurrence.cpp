// The light recurrence of recurrence.py over a whole sequence, for one CPU: forward, and backward to all gradients.
//
// In:  x [T, R, C], states [T + 1, R, C] (the first is given), gates [T, R, 2C] (z, then c), float32 and contiguous
// Out: gates and states; backward: gradients of x, of the first state and of the weights
//
// Notable: rows are independent, so a group of them goes through all steps while the weights stay in the nearest caches,
// and gates are activated, or their gradients used, right where they were made. Plain C interface, loaded with ctypes.
#include <cmath>
#include <cstring>
#include <utility>

#include "products.h"
#include "threads.h"

namespace {

constexpr int64_t GROUP = 48;  // rows that go through a step together

template <class P>
void forward(const float* x, const float* input, const float* bias, const float* state, float* gates, float* states,
             int64_t steps, int64_t rows, int64_t width, int threads) {
  const int64_t both = 2 * width, groups = (rows + GROUP - 1) / GROUP;
  Room<P> input_room(width * both), state_room(width * both);
  const auto input_words = P::down(input, width, both, both, input_room.data());
  const auto state_words = P::down(state, width, both, both, state_room.data());
  share(groups, threads, [=](int64_t begin, int64_t end, int) {
    Room<P> room(GROUP * width);
    for (int64_t group = begin; group < end; ++group) {
      const int64_t first = group * GROUP, count = rows - first < GROUP ? rows - first : GROUP;
      for (int64_t t = 0; t < steps; ++t) {
        const int64_t row = t * rows + first;
        const float* before = states + row * width;
        float *g = gates + row * both, *after = states + (row + rows) * width;
        for (int64_t r = 0; r < count; ++r) std::memcpy(g + r * both, bias, both * sizeof(float));
        const auto left = [&](const float* from) {
          return Left<P>{P::across(from, count * width, room.data()), width / P::TERMS, 1};
        };
        add_product<P>(count, both, width, left(x + row * width), input_words, g, both);
        add_product<P>(count, both, width, left(before), state_words, g, both);
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

template <class P>
void backward(const float* x, const float* input, const float* state, const float* gates,
                               const float* states, const float* grad_states, float* grad_x, float* grad, float* grad_input,
              float* grad_bias, float* grad_state, int64_t steps, int64_t rows, int64_t width, int threads) {
  const int64_t both = 2 * width, groups = (rows + GROUP - 1) / GROUP, size = width * both;
  const auto input_turned = transposed(input, width, both), state_turned = transposed(state, width, both);
  Room<P> input_room(size), state_room(size);
  const auto input_back = P::down(input_turned.data(), both, width, width, input_room.data());
  const auto state_back = P::down(state_turned.data(), both, width, width, state_room.data());
  Sums sums(2 * size + both, threads);
  std::memset(grad, 0, rows * width * sizeof(float));
  share(groups, threads, [&](int64_t begin, int64_t end, int thread) {
    float *input_sum = sums.of(thread), *state_sum = input_sum + size, *bias_sum = state_sum + size;
    std::vector<float> gate_grads(GROUP * both);
    float* const made = gate_grads.data();
    Room<P> across(GROUP * both), down(GROUP * both), left(GROUP * width);
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
        const Left<P> gates_across{P::across(made, count * both, across.data()), both / P::TERMS, 1};
        add_product<P>(count, width, both, gates_across, input_back, to, width);
        add_product<P>(count, width, both, gates_across, state_back, carried, width);
        const auto gates_down = P::down(made, count, both, both, down.data());
        for (auto [from, sum] : {std::pair{x, input_sum}, std::pair{states, state_sum}}) {
          const auto turned_rows = turned<P>(P::down(from + row * width, count, width, width, left.data()));
          add_product<P>(width, both, count, turned_rows, gates_down, sum, both);
        }
      }
    }
  });
  sums.into(grad_input, 0, size);
  sums.into(grad_state, size, size);
  sums.into(grad_bias, 2 * size, both);
}

}  // namespace

// weights: input [C, 2C], bias [2C], state [C, 2C]
extern "C" void light_forward(const float* x, const float* input, const float* bias, const float* state, float* gates,
                              float* states, int64_t steps, int64_t rows, int64_t width, int halves, int threads) {
  in_precision(halves, [=](auto p) {
    forward<decltype(p)>(x, input, bias, state, gates, states, steps, rows, width, threads);
  });
}

// grad [R, C] holds the gradient of the first state at the end; all outputs are overwritten.
extern "C" void light_backward(const float* x, const float* input, const float* state, const float* gates,
                               const float* states, const float* grad_states, float* grad_x, float* grad,
                               float* grad_input, float* grad_bias, float* grad_state, int64_t steps, int64_t rows,
                               int64_t width, int halves, int threads) {
  in_precision(halves, [=](auto p) {
    backward<decltype(p)>(x, input, state, gates, states, grad_states, grad_x, grad, grad_input, grad_bias, grad_state,
                          steps, rows, width, threads);
  });
}
