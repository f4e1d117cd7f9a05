// The layers of layers.py on one CPU, forward and backward: a product over sliding windows of an image's rows, and a mix
// of an image's rows.
//
// In:  images [N, F, C], float32 and contiguous; plain C interface, loaded with ctypes (native.py)
// Out: images, and in `backward` the gradients of everything that goes in
//
// Notable: an image (some 12 kB) stays in the nearest cache from its copy to the gradients of the weights. A window of
// `taps` rows is one contiguous run of the image, so that no column is ever copied; only the edges are padded.
#include <cstring>

#include "products.h"
#include "threads.h"

namespace {

struct Shape {
  int64_t images, rows, width, taps, stride, out_width;
  int64_t out_rows() const { return rows / stride; }
  int64_t window() const { return taps * width; }
  int64_t left() const { return (taps - stride) / 2; }
  int64_t padded_rows() const { return rows + taps - stride; }
  int64_t lanes() const { return (out_width + LANES - 1) / LANES * LANES; }
};

// A matrix with rows filled up by zeros to whole vectors.
std::vector<float> whole_vectors(const float* matrix, int64_t rows, int64_t columns, int64_t lanes) {
  std::vector<float> out(rows * lanes, 0.f);
  for (int64_t r = 0; r < rows; ++r) std::memcpy(&out[r * lanes], matrix + r * columns, columns * sizeof(float));
  return out;
}

void copy_padded(const float* image, const Shape& s, float* padded) {
  std::memcpy(padded + s.left() * s.width, image, s.rows * s.width * sizeof(float));
}

}  // namespace

// out = act(bias + windows weight + residual), act relu or nothing; residual may be null.
extern "C" void windows_forward(const float* x, const float* weight, const float* bias, const float* residual, float* out,
                                int64_t images, int64_t rows, int64_t width, int64_t taps, int64_t stride,
                                int64_t out_width, int relu, int threads) {
  const Shape s{images, rows, width, taps, stride, out_width};
  const int64_t lanes = s.lanes(), size = s.out_rows() * out_width;
  const auto right = whole_vectors(weight, s.window(), out_width, lanes);
  share(images, threads, [&, s](int64_t begin, int64_t end, int) {
    std::vector<float> padded(s.padded_rows() * width, 0.f), sums(s.out_rows() * lanes);
    for (int64_t n = begin; n < end; ++n) {
      const float* from = x + n * rows * width;
      if (taps > stride) {
        copy_padded(from, s, padded.data());
        from = padded.data();
      }
      float* to = out + n * size;
      float* sum = lanes == out_width ? to : sums.data();  // in place where rows are whole vectors
      for (int64_t r = 0; r < s.out_rows(); ++r) {
        const float* extra = residual ? residual + n * size + r * out_width : nullptr;
        for (int64_t i = 0; i < out_width; ++i) sum[r * lanes + i] = bias[i] + (extra ? extra[i] : 0.f);
        for (int64_t i = out_width; i < lanes; ++i) sum[r * lanes + i] = 0.f;
      }
      add_product(s.out_rows(), lanes, s.window(), {from, stride * width, 1}, right.data(), lanes, sum, lanes);
      if (sum != to)
        for (int64_t r = 0; r < s.out_rows(); ++r) std::memcpy(to + r * out_width, sum + r * lanes, out_width * sizeof(float));
      if (relu)
        for (int64_t i = 0; i < size; ++i) to[i] = to[i] < 0.f ? 0.f : to[i];
    }
  });
}

// grad_x and grad_residual may be null; grad_weight and grad_bias are overwritten.
extern "C" void windows_backward(const float* x, const float* weight, const float* out, const float* grad_out,
                                 float* grad_x, float* grad_residual, float* grad_weight, float* grad_bias,
                                 int64_t images, int64_t rows, int64_t width, int64_t taps, int64_t stride,
                                 int64_t out_width, int relu, int threads) {
  const Shape s{images, rows, width, taps, stride, out_width};
  const int64_t lanes = s.lanes(), size = s.out_rows() * out_width, window = s.window();
  const auto back = transposed(weight, window, out_width);  // [out_width, window]
  Sums sums(window * lanes + lanes, threads);
  share(images, threads, [&, s](int64_t begin, int64_t end, int thread) {
    float* weight_sum = sums.of(thread);
    float* bias_sum = weight_sum + window * lanes;
    std::vector<float> padded(s.padded_rows() * width, 0.f), g(s.out_rows() * lanes, 0.f);
    std::vector<float> columns(s.out_rows() * window), grad_padded(s.padded_rows() * width);
    for (int64_t n = begin; n < end; ++n) {
      const float* from = x + n * rows * width;
      if (taps > stride) {
        copy_padded(from, s, padded.data());
        from = padded.data();
      }
      for (int64_t r = 0; r < s.out_rows(); ++r) {
        const float *source = grad_out + n * size + r * out_width, *value = out + n * size + r * out_width;
        float* to = &g[r * lanes];
        for (int64_t i = 0; i < out_width; ++i) to[i] = relu && !(value[i] > 0.f) ? 0.f : source[i];
        for (int64_t i = 0; i < out_width; ++i) bias_sum[i] += to[i];
        if (grad_residual) std::memcpy(grad_residual + n * size + r * out_width, to, out_width * sizeof(float));
      }
      add_product(window, lanes, s.out_rows(), {from, 1, stride * width}, g.data(), lanes, weight_sum, lanes);
      if (!grad_x) continue;
      float* to = grad_x + n * rows * width;
      if (taps == stride) {
        std::memset(to, 0, rows * width * sizeof(float));
        add_product(s.out_rows(), window, out_width, {g.data(), lanes, 1}, back.data(), window, to, stride * width);
        continue;
      }
      // Windows overlap, so their gradients are added one window after the other.
      std::memset(columns.data(), 0, columns.size() * sizeof(float));
      std::memset(grad_padded.data(), 0, grad_padded.size() * sizeof(float));
      add_product(s.out_rows(), window, out_width, {g.data(), lanes, 1}, back.data(), window, columns.data(), window);
      for (int64_t r = 0; r < s.out_rows(); ++r) {
        float* sum = &grad_padded[r * stride * width];
        const float* column = &columns[r * window];
        for (int64_t i = 0; i < window; ++i) sum[i] += column[i];
      }
      std::memcpy(to, grad_padded.data() + s.left() * width, rows * width * sizeof(float));
    }
  });
  for (int64_t r = 0; r < window; ++r) sums.into(grad_weight + r * out_width, r * lanes, out_width);
  sums.into(grad_bias, window * lanes, out_width);
}

// out = relu(weight^T h + bias of each row): [F, F] on images [F, C].
extern "C" void mix_forward(const float* h, const float* weight, const float* bias, float* out, int64_t images,
                            int64_t rows, int64_t width, int threads) {
  share(images, threads, [=](int64_t begin, int64_t end, int) {
    for (int64_t n = begin; n < end; ++n) {
      float* to = out + n * rows * width;
      for (int64_t r = 0; r < rows; ++r)
        for (int64_t i = 0; i < width; ++i) to[r * width + i] = bias[r];
      add_product(rows, width, rows, {weight, 1, rows}, h + n * rows * width, width, to, width);
      for (int64_t i = 0; i < rows * width; ++i) to[i] = to[i] < 0.f ? 0.f : to[i];
    }
  });
}

extern "C" void mix_backward(const float* h, const float* weight, const float* out, const float* grad_out, float* grad_h,
                             float* grad_weight, float* grad_bias, int64_t images, int64_t rows, int64_t width,
                             int threads) {
  Sums sums(rows * rows + rows, threads);
  share(images, threads, [&](int64_t begin, int64_t end, int thread) {
    float* weight_sum = sums.of(thread);
    float* bias_sum = weight_sum + rows * rows;
    std::vector<float> g(rows * width), turned(rows * width);
    for (int64_t n = begin; n < end; ++n) {
      const int64_t at = n * rows * width;
      for (int64_t i = 0; i < rows * width; ++i) g[i] = out[at + i] > 0.f ? grad_out[at + i] : 0.f;
      for (int64_t r = 0; r < rows; ++r) {
        float sum = 0.f;
        for (int64_t i = 0; i < width; ++i) {
          sum += g[r * width + i];
          turned[i * rows + r] = g[r * width + i];
        }
        bias_sum[r] += sum;
      }
      std::memset(grad_h + at, 0, rows * width * sizeof(float));
      add_product(rows, width, rows, {weight, rows, 1}, g.data(), width, grad_h + at, width);
      add_product(rows, rows, width, {h + at, width, 1}, turned.data(), rows, weight_sum, rows);
    }
  });
  sums.into(grad_weight, 0, rows * rows);
  sums.into(grad_bias, rows * rows, rows);
}
