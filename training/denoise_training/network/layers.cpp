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
  int64_t step() const { return stride * width; }
  int64_t left() const { return (taps - stride) / 2; }
  // Of an image with its edges; an even number, so that words of two values hold it.
  int64_t padded() const { return ((rows + taps - stride) * width + 1) / 2 * 2; }
  int64_t lanes() const { return (out_width + LANES - 1) / LANES * LANES; }
  int64_t in_size() const { return rows * width; }
  int64_t out_size() const { return out_rows() * out_width; }
};

// A matrix with rows filled up by zeros to whole vectors.
std::vector<float> whole_vectors(const float* matrix, int64_t rows, int64_t columns, int64_t lanes) {
  std::vector<float> out(rows * lanes, 0.f);
  for (int64_t r = 0; r < rows; ++r) std::memcpy(&out[r * lanes], matrix + r * columns, columns * sizeof(float));
  return out;
}

// The image with its edges, where windows reach beyond it; `room` is zero there.
const float* with_edges(const float* image, const Shape& s, float* room) {
  if (s.taps == s.stride) return image;
  std::memcpy(room + s.left() * s.width, image, s.in_size() * sizeof(float));
  return room;
}

template <class P>
void windows(const float* x, const float* weight, const float* bias, const float* residual, float* out, const Shape& s,
             bool relu, int threads) {
  const int64_t lanes = s.lanes(), size = s.out_size(), out_width = s.out_width;
  const auto filled = whole_vectors(weight, s.window(), out_width, lanes);
  Room<P> weight_room(s.window() * lanes + lanes);
  const auto right = P::down(filled.data(), s.window(), lanes, lanes, weight_room.data());
  share(s.images, threads, [&](int64_t begin, int64_t end, int) {
    std::vector<float> edges(s.padded(), 0.f), sums(s.out_rows() * lanes);
    Room<P> room(s.padded());
    for (int64_t n = begin; n < end; ++n) {
      const float* image = with_edges(x + n * s.in_size(), s, edges.data());
      float* to = out + n * size;
      float* sum = lanes == out_width ? to : sums.data();  // in place where rows are whole vectors
      for (int64_t r = 0; r < s.out_rows(); ++r) {
        const float* extra = residual ? residual + n * size + r * out_width : nullptr;
        for (int64_t i = 0; i < out_width; ++i) sum[r * lanes + i] = bias[i] + (extra ? extra[i] : 0.f);
        for (int64_t i = out_width; i < lanes; ++i) sum[r * lanes + i] = 0.f;
      }
      const auto* words = P::across(image, s.taps == s.stride ? s.in_size() : s.padded(), room.data());
      add_product<P>(s.out_rows(), lanes, s.window(), {words, s.step() / P::TERMS, 1}, right, sum, lanes);
      if (sum != to)
        for (int64_t r = 0; r < s.out_rows(); ++r) std::memcpy(to + r * out_width, sum + r * lanes, out_width * sizeof(float));
      if (relu)
        for (int64_t i = 0; i < size; ++i) to[i] = to[i] < 0.f ? 0.f : to[i];
    }
  });
}

template <class P>
void windows_back(const float* x, const float* weight, const float* out, const float* grad_out, float* grad_x,
                  float* grad_residual, float* grad_weight, float* grad_bias, const Shape& s, bool relu, int threads) {
  const int64_t lanes = s.lanes(), size = s.out_size(), window = s.window(), out_width = s.out_width, rows = s.out_rows();
  const auto weight_turned = transposed(weight, window, out_width);  // [out_width, window]
  Room<P> weight_room(window * out_width + window);
  const auto back = P::down(weight_turned.data(), out_width, window, window, weight_room.data());
  Sums sums(window * lanes + lanes, threads);
  share(s.images, threads, [&](int64_t begin, int64_t end, int thread) {
    float* weight_sum = sums.of(thread);
    float* bias_sum = weight_sum + window * lanes;
    std::vector<float> edges(s.padded(), 0.f), g(rows * lanes, 0.f), columns(rows * window), grad_edges(s.padded());
    Room<P> image_room(rows * window + window), down(rows * lanes + lanes), across(rows * lanes);
    for (int64_t n = begin; n < end; ++n) {
      const float* image = with_edges(x + n * s.in_size(), s, edges.data());
      for (int64_t r = 0; r < rows; ++r) {
        const float *source = grad_out + n * size + r * out_width, *value = out + n * size + r * out_width;
        float* to = &g[r * lanes];
        for (int64_t i = 0; i < out_width; ++i) to[i] = relu && !(value[i] > 0.f) ? 0.f : source[i];
        for (int64_t i = 0; i < out_width; ++i) bias_sum[i] += to[i];
        if (grad_residual) std::memcpy(grad_residual + n * size + r * out_width, to, out_width * sizeof(float));
      }
      const auto windows_down = P::down(image, rows, window, s.step(), image_room.data());
      const auto g_down = P::down(g.data(), rows, lanes, lanes, down.data());
      add_product<P>(window, lanes, rows, turned<P>(windows_down), g_down, weight_sum, lanes);
      if (!grad_x) continue;
      const Left<P> g_across{P::across(g.data(), rows * lanes, across.data()), lanes / P::TERMS, 1};
      float* to = grad_x + n * s.in_size();
      if (s.taps == s.stride) {
        std::memset(to, 0, s.in_size() * sizeof(float));
        add_product<P>(rows, window, out_width, g_across, back, to, s.step());
        continue;
      }
      // Windows overlap, so their gradients are added one window after the other.
      std::memset(columns.data(), 0, columns.size() * sizeof(float));
      std::memset(grad_edges.data(), 0, grad_edges.size() * sizeof(float));
      add_product<P>(rows, window, out_width, g_across, back, columns.data(), window);
      for (int64_t r = 0; r < rows; ++r) {
        float* sum = &grad_edges[r * s.step()];
        const float* column = &columns[r * window];
        for (int64_t i = 0; i < window; ++i) sum[i] += column[i];
      }
      std::memcpy(to, grad_edges.data() + s.left() * s.width, s.in_size() * sizeof(float));
    }
  });
  for (int64_t r = 0; r < window; ++r) sums.into(grad_weight + r * out_width, r * lanes, out_width);
  sums.into(grad_bias, window * lanes, out_width);
}

template <class P>
void mix(const float* h, const float* weight, const float* bias, float* out, int64_t images, int64_t rows, int64_t width,
         int threads) {
  Room<P> weight_room(rows * rows);
  const auto left = turned<P>(P::down(weight, rows, rows, rows, weight_room.data()));
  share(images, threads, [&](int64_t begin, int64_t end, int) {
    Room<P> room(rows * width);
    for (int64_t n = begin; n < end; ++n) {
      float* to = out + n * rows * width;
      for (int64_t r = 0; r < rows; ++r)
        for (int64_t i = 0; i < width; ++i) to[r * width + i] = bias[r];
      const auto right = P::down(h + n * rows * width, rows, width, width, room.data());
      add_product<P>(rows, width, rows, left, right, to, width);
      for (int64_t i = 0; i < rows * width; ++i) to[i] = to[i] < 0.f ? 0.f : to[i];
    }
  });
}

template <class P>
void mix_back(const float* h, const float* weight, const float* out, const float* grad_out, float* grad_h,
              float* grad_weight, float* grad_bias, int64_t images, int64_t rows, int64_t width, int threads) {
  Sums sums(rows * rows + rows, threads);
  Room<P> weight_room(rows * rows);
  const Left<P> left{P::across(weight, rows * rows, weight_room.data()), rows / P::TERMS, 1};
  share(images, threads, [&](int64_t begin, int64_t end, int thread) {
    float* weight_sum = sums.of(thread);
    float* bias_sum = weight_sum + rows * rows;
    const int64_t words = width / P::TERMS;
    std::vector<float> g(rows * width);
    std::vector<typename P::Word> g_turned(words * rows);
    Room<P> h_room(rows * width), g_room(rows * width), down(rows * width);
    for (int64_t n = begin; n < end; ++n) {
      const int64_t at = n * rows * width;
      for (int64_t i = 0; i < rows * width; ++i) g[i] = out[at + i] > 0.f ? grad_out[at + i] : 0.f;
      for (int64_t r = 0; r < rows; ++r)
        for (int64_t i = 0; i < width; ++i) bias_sum[r] += g[r * width + i];
      std::memset(grad_h + at, 0, rows * width * sizeof(float));
      add_product<P>(rows, width, rows, left, P::down(g.data(), rows, width, width, down.data()), grad_h + at, width);
      const auto* g_across = P::across(g.data(), rows * width, g_room.data());
      for (int64_t i = 0; i < words; ++i)
        for (int64_t r = 0; r < rows; ++r) g_turned[i * rows + r] = g_across[r * words + i];
      const Left<P> h_across{P::across(h + at, rows * width, h_room.data()), words, 1};
      add_product<P>(rows, rows, width, h_across, {g_turned.data(), rows}, weight_sum, rows);
    }
  });
  sums.into(grad_weight, 0, rows * rows);
  sums.into(grad_bias, rows * rows, rows);
}

}  // namespace

extern "C" int multiplies_halves() {
#ifdef HALVES
  return 1;
#else
  return 0;
#endif
}

// out = act(bias + windows weight + residual), act relu or nothing; residual may be null.
extern "C" void windows_forward(const float* x, const float* weight, const float* bias, const float* residual, float* out,
                                int64_t images, int64_t rows, int64_t width, int64_t taps, int64_t stride,
                                int64_t out_width, int relu, int halves, int threads) {
  const Shape s{images, rows, width, taps, stride, out_width};
  in_precision(halves && s.step() % 2 == 0, [&](auto p) {
    windows<decltype(p)>(x, weight, bias, residual, out, s, relu, threads);
  });
}

// grad_x and grad_residual may be null; grad_weight and grad_bias are overwritten.
extern "C" void windows_backward(const float* x, const float* weight, const float* out, const float* grad_out,
                                 float* grad_x, float* grad_residual, float* grad_weight, float* grad_bias,
                                 int64_t images, int64_t rows, int64_t width, int64_t taps, int64_t stride,
                                 int64_t out_width, int relu, int halves, int threads) {
  const Shape s{images, rows, width, taps, stride, out_width};
  in_precision(halves && s.step() % 2 == 0, [&](auto p) {
    windows_back<decltype(p)>(x, weight, out, grad_out, grad_x, grad_residual, grad_weight, grad_bias, s, relu, threads);
  });
}

// out = relu(weight^T h + bias of each row): [F, F] on images [F, C].
extern "C" void mix_forward(const float* h, const float* weight, const float* bias, float* out, int64_t images,
                            int64_t rows, int64_t width, int halves, int threads) {
  in_precision(halves, [&](auto p) { mix<decltype(p)>(h, weight, bias, out, images, rows, width, threads); });
}

extern "C" void mix_backward(const float* h, const float* weight, const float* out, const float* grad_out, float* grad_h,
                             float* grad_weight, float* grad_bias, int64_t images, int64_t rows, int64_t width,
                             int halves, int threads) {
  in_precision(halves, [&](auto p) {
    mix_back<decltype(p)>(h, weight, out, grad_out, grad_h, grad_weight, grad_bias, images, rows, width, threads);
  });
}
