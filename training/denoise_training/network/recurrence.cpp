// The light recurrence of recurrence.py over a whole sequence, for one CPU: forward, and backward to the gates.
//
// Rows are independent, so each thread takes its rows through all steps: the weight and the rows at work stay in the nearest
// cache, and gates are activated right after their product. Plain C interface: built by one g++ call, loaded with ctypes.
//
// Layout, all float32 and contiguous: gates [T, R, 2C] (z, then c), states [T + 1, R, C], weight [C, 2C], back [2C, C].
#include <cmath>
#include <cstdint>
#include <thread>
#include <vector>

namespace {

typedef float Vec __attribute__((vector_size(32), aligned(4)));
constexpr int64_t LANES = 8, MOST_ROWS = 6, TILE = 2 * LANES;

// out[ROWS, n] += a[ROWS, k] b[k, n], n a multiple of 16; a tile of ROWS x 16 lives in registers.
template <int ROWS>
void product(const float* a, int64_t lda, const float* b, int64_t k, int64_t n, float* out, int64_t ldo) {
  for (int64_t j = 0; j < n; j += TILE) {
    Vec left[ROWS], right[ROWS];
    for (int r = 0; r < ROWS; ++r) {
      left[r] = *(const Vec*)(out + r * ldo + j);
      right[r] = *(const Vec*)(out + r * ldo + j + LANES);
    }
    for (int64_t i = 0; i < k; ++i) {
      const Vec b0 = *(const Vec*)(b + i * n + j), b1 = *(const Vec*)(b + i * n + j + LANES);
      for (int r = 0; r < ROWS; ++r) {
        const float x = a[r * lda + i];
        left[r] += x * b0;
        right[r] += x * b1;
      }
    }
    for (int r = 0; r < ROWS; ++r) {
      *(Vec*)(out + r * ldo + j) = left[r];
      *(Vec*)(out + r * ldo + j + LANES) = right[r];
    }
  }
}

void any_product(int rows, const float* a, int64_t lda, const float* b, int64_t k, int64_t n, float* out, int64_t ldo) {
  switch (rows) {
    case 6: return product<6>(a, lda, b, k, n, out, ldo);
    case 5: return product<5>(a, lda, b, k, n, out, ldo);
    case 4: return product<4>(a, lda, b, k, n, out, ldo);
    case 3: return product<3>(a, lda, b, k, n, out, ldo);
    case 2: return product<2>(a, lda, b, k, n, out, ldo);
    case 1: return product<1>(a, lda, b, k, n, out, ldo);
  }
}

template <class Work>
void share_rows(int64_t rows, int threads, Work work) {
  std::vector<std::thread> others;
  for (int i = 1; i < threads; ++i) others.emplace_back(work, rows * i / threads, rows * (i + 1) / threads);
  work(0, rows / threads);
  for (auto& other : others) other.join();
}

}  // namespace

extern "C" void light_forward(const float* gates_in, const float* weight, float* gates, float* states, int64_t steps,
                              int64_t rows, int64_t width, int threads) {
  share_rows(rows, threads, [=](int64_t begin, int64_t end) {
    const int64_t both = 2 * width;
    for (int64_t t = 0; t < steps; ++t) {
      const float* before = states + t * rows * width;
      float* after = states + (t + 1) * rows * width;
      for (int64_t r = begin; r < end; r += MOST_ROWS) {
        const int count = int(end - r < MOST_ROWS ? end - r : MOST_ROWS);
        float* g = gates + (t * rows + r) * both;
        const float* in = gates_in + (t * rows + r) * both;
        for (int64_t i = 0; i < count * both; ++i) g[i] = in[i];
        any_product(count, before + r * width, width, weight, width, both, g, both);
        for (int q = 0; q < count; ++q) {
          float *z = g + q * both, *c = z + width, *out = after + (r + q) * width;
          const float* h = before + (r + q) * width;
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

// grad [R, C] is zero at first, and holds the gradient of the first state at the end.
extern "C" void light_backward(const float* grad_states, const float* gates, const float* states, const float* back,
                               float* grad_gates, float* grad, int64_t steps, int64_t rows, int64_t width, int threads) {
  share_rows(rows, threads, [=](int64_t begin, int64_t end) {
    const int64_t both = 2 * width;
    for (int64_t t = steps - 1; t >= 0; --t) {
      for (int64_t r = begin; r < end; r += MOST_ROWS) {
        const int count = int(end - r < MOST_ROWS ? end - r : MOST_ROWS);
        float* out = grad_gates + (t * rows + r) * both;
        for (int q = 0; q < count; ++q) {
          const int64_t row = t * rows + r + q;
          const float *z = gates + row * both, *c = z + width, *h = states + row * width, *from = grad_states + row * width;
          float *g = grad + (r + q) * width, *gz = out + q * both, *gc = gz + width;
#pragma GCC ivdep
          for (int64_t i = 0; i < width; ++i) {
            const float total = g[i] + from[i];
            gz[i] = total * (h[i] - c[i]) * z[i] * (1.f - z[i]);
            gc[i] = total * (1.f - z[i]) * (1.f - c[i] * c[i]);
            g[i] = total * z[i];
          }
        }
        any_product(count, out, both, back, both, width, grad + r * width, width);
      }
    }
  });
}
