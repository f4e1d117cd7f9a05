// Products of small matrices for one thread, out += a b, that keep a tile of the result in registers.
//
// In:  a of any two strides, so that a transpose or a sliding window need not be copied; b with rows of 16-lane vectors;
//      both in words of a precision (precision.h)
// Out: added to `out`, float32
#pragma once
#include <cstdint>
#include <vector>

#include "precision.h"

constexpr int MOST_ROWS = 8;  // 8 x 2 vectors of sums, 2 of b, 1 of a; with 12, compilers run out of the 32 registers of AVX-512

template <class P>
struct Left {
  const typename P::Word* data;
  int64_t row, column;  // strides, in words
};

// The left side of a product whose inner index runs down the rows.
template <class P>
Left<P> turned(Rows<typename P::Word> rows) { return {rows.data, 1, rows.stride}; }

// out[ROWS, VECTORS * 16] += a[ROWS, inner] b[inner, VECTORS * 16]
template <class P, int ROWS, int VECTORS>
inline void tile(Left<P> a, const typename P::Word* b, int64_t ldb, int64_t inner, float* out, int64_t ldo) {
  Vec sum[ROWS][VECTORS];
  for (int r = 0; r < ROWS; ++r)
    for (int v = 0; v < VECTORS; ++v) sum[r][v] = *(const Vec*)(out + r * ldo + v * LANES);
  for (int64_t i = 0; i < inner; ++i) {
    typename P::Right right[VECTORS];
    for (int v = 0; v < VECTORS; ++v) right[v] = P::load(b + i * ldb + v * LANES);
    for (int r = 0; r < ROWS; ++r) {
      const typename P::Word left = a.data[r * a.row + i * a.column];
      for (int v = 0; v < VECTORS; ++v) sum[r][v] = P::add(sum[r][v], left, right[v]);
    }
  }
  for (int r = 0; r < ROWS; ++r)
    for (int v = 0; v < VECTORS; ++v) *(Vec*)(out + r * ldo + v * LANES) = sum[r][v];
}

template <class P, int VECTORS>
inline void strip(int rows, Left<P> a, const typename P::Word* b, int64_t ldb, int64_t inner, float* out, int64_t ldo) {
  switch (rows) {
    case 8: return tile<P, 8, VECTORS>(a, b, ldb, inner, out, ldo);
    case 7: return tile<P, 7, VECTORS>(a, b, ldb, inner, out, ldo);
    case 6: return tile<P, 6, VECTORS>(a, b, ldb, inner, out, ldo);
    case 5: return tile<P, 5, VECTORS>(a, b, ldb, inner, out, ldo);
    case 4: return tile<P, 4, VECTORS>(a, b, ldb, inner, out, ldo);
    case 3: return tile<P, 3, VECTORS>(a, b, ldb, inner, out, ldo);
    case 2: return tile<P, 2, VECTORS>(a, b, ldb, inner, out, ldo);
    case 1: return tile<P, 1, VECTORS>(a, b, ldb, inner, out, ldo);
  }
}

// out[rows, columns] += a[rows, inner] b[inner, columns]; columns a multiple of 16, `inner` in terms.
template <class P>
inline void add_product(int64_t rows, int64_t columns, int64_t inner, Left<P> a, Rows<typename P::Word> b, float* out,
                        int64_t ldo) {
  const int64_t words = (inner + P::TERMS - 1) / P::TERMS;
  for (int64_t j = 0; j < columns;) {
    const bool two = columns - j >= 2 * LANES;
    for (int64_t r = 0; r < rows; r += MOST_ROWS) {
      const int count = int(rows - r < MOST_ROWS ? rows - r : MOST_ROWS);
      const Left<P> part{a.data + r * a.row, a.row, a.column};
      if (two) strip<P, 2>(count, part, b.data + j, b.stride, words, out + r * ldo + j, ldo);
      else strip<P, 1>(count, part, b.data + j, b.stride, words, out + r * ldo + j, ldo);
    }
    j += two ? 2 * LANES : LANES;
  }
}

inline std::vector<float> transposed(const float* matrix, int64_t rows, int64_t columns) {
  std::vector<float> out(rows * columns);
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t c = 0; c < columns; ++c) out[c * rows + r] = matrix[r * columns + c];
  return out;
}
