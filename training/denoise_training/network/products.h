// Products of small matrices for one thread, out += a b, that keep a tile of the result in registers.
//
// In:  a of any two strides, so that a transpose or a sliding window need not be copied; b with rows of 16-lane vectors
// Out: added to `out`, float32
#pragma once
#include <cstdint>
#include <vector>

typedef float Vec __attribute__((vector_size(64), aligned(4)));
constexpr int64_t LANES = 16;
constexpr int MOST_ROWS = 12;  // 12 x 2 vectors of sums, 2 of b and 1 of a: 27 of the 32 registers of AVX-512

struct Matrix {
  const float* data;
  int64_t row, column;  // strides
};

// out[ROWS, VECTORS * 16] += a[ROWS, inner] b[inner, VECTORS * 16]
template <int ROWS, int VECTORS>
inline void tile(Matrix a, const float* b, int64_t ldb, int64_t inner, float* out, int64_t ldo) {
  Vec sum[ROWS][VECTORS];
  for (int r = 0; r < ROWS; ++r)
    for (int v = 0; v < VECTORS; ++v) sum[r][v] = *(const Vec*)(out + r * ldo + v * LANES);
  for (int64_t i = 0; i < inner; ++i) {
    Vec right[VECTORS];
    for (int v = 0; v < VECTORS; ++v) right[v] = *(const Vec*)(b + i * ldb + v * LANES);
    for (int r = 0; r < ROWS; ++r) {
      const float left = a.data[r * a.row + i * a.column];
      for (int v = 0; v < VECTORS; ++v) sum[r][v] += left * right[v];
    }
  }
  for (int r = 0; r < ROWS; ++r)
    for (int v = 0; v < VECTORS; ++v) *(Vec*)(out + r * ldo + v * LANES) = sum[r][v];
}

template <int VECTORS>
inline void strip(int rows, Matrix a, const float* b, int64_t ldb, int64_t inner, float* out, int64_t ldo) {
  switch (rows) {
    case 12: return tile<12, VECTORS>(a, b, ldb, inner, out, ldo);
    case 11: return tile<11, VECTORS>(a, b, ldb, inner, out, ldo);
    case 10: return tile<10, VECTORS>(a, b, ldb, inner, out, ldo);
    case 9: return tile<9, VECTORS>(a, b, ldb, inner, out, ldo);
    case 8: return tile<8, VECTORS>(a, b, ldb, inner, out, ldo);
    case 7: return tile<7, VECTORS>(a, b, ldb, inner, out, ldo);
    case 6: return tile<6, VECTORS>(a, b, ldb, inner, out, ldo);
    case 5: return tile<5, VECTORS>(a, b, ldb, inner, out, ldo);
    case 4: return tile<4, VECTORS>(a, b, ldb, inner, out, ldo);
    case 3: return tile<3, VECTORS>(a, b, ldb, inner, out, ldo);
    case 2: return tile<2, VECTORS>(a, b, ldb, inner, out, ldo);
    case 1: return tile<1, VECTORS>(a, b, ldb, inner, out, ldo);
  }
}

// out[rows, columns] += a[rows, inner] b[inner, columns]; columns a multiple of 16.
inline void add_product(int64_t rows, int64_t columns, int64_t inner, Matrix a, const float* b, int64_t ldb, float* out,
                        int64_t ldo) {
  for (int64_t j = 0; j < columns;) {
    const bool two = columns - j >= 2 * LANES;
    for (int64_t r = 0; r < rows; r += MOST_ROWS) {
      const int count = int(rows - r < MOST_ROWS ? rows - r : MOST_ROWS);
      const Matrix part{a.data + r * a.row, a.row, a.column};
      if (two) strip<2>(count, part, b + j, ldb, inner, out + r * ldo + j, ldo);
      else strip<1>(count, part, b + j, ldb, inner, out + r * ldo + j, ldo);
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
