// What products are made of: floats, or pairs of bfloat16, two terms of a sum in one instruction. Sums are float32.
//
// Notable: a matrix is made of words. `across` holds as many terms of a row in each word as the precision takes at once,
// `down` as many terms of a column: on the left of a product the first has its inner index along rows, the second down
// columns; on the right it is always the second. Floats lie like that already and are not copied.
#pragma once
#include <cstdint>
#include <cstring>
#include <vector>
#if defined(__AVX512BF16__) && defined(__AVX512BW__)
#define HALVES
#include <immintrin.h>
#endif

typedef float Vec __attribute__((vector_size(64), aligned(4)));
constexpr int64_t LANES = 16;

template <class Word>
struct Rows {
  const Word* data;
  int64_t stride;  // from one row to the next
};

struct Float32 {
  typedef float Word;
  typedef Vec Right;
  static constexpr int64_t TERMS = 1;

  static Right load(const Word* at) { return *(const Vec*)at; }
  static Vec add(Vec sum, Word left, Right right) { return sum + left * right; }
  static const Word* across(const float* from, int64_t, Word*) { return from; }
  static Rows<Word> down(const float* from, int64_t, int64_t, int64_t stride, Word*) { return {from, stride}; }
};

#ifdef HALVES
struct BFloat16 {
  typedef uint32_t Word;
  typedef __m512bh Right;
  static constexpr int64_t TERMS = 2;

  static Right load(const Word* at) { return (__m512bh)_mm512_loadu_si512(at); }
  static Vec add(Vec sum, Word left, Right right) {
    return (Vec)_mm512_dpbf16_ps((__m512)sum, (__m512bh)_mm512_set1_epi32(int(left)), right);
  }

  // An even number of values, whose rows are even, too.
  static const Word* across(const float* from, int64_t count, Word* to) {
    int64_t i = 0;
    for (; i + 32 <= count; i += 32)
      _mm512_storeu_si512(to + i / 2, (__m512i)_mm512_cvtne2ps_pbh(_mm512_loadu_ps(from + i + 16), _mm512_loadu_ps(from + i)));
    if (i < count) {
      const int64_t left = count - i;
      const __m512 low = _mm512_maskz_loadu_ps(first(left < 16 ? left : 16), from + i);
      const __m512 high = left > 16 ? _mm512_maskz_loadu_ps(first(left - 16), from + i + 16) : _mm512_setzero_ps();
      _mm512_mask_storeu_epi32(to + i / 2, first(left / 2), (__m512i)_mm512_cvtne2ps_pbh(high, low));
    }
    return to;
  }

  // [rows, columns], a row `stride` after the one before -> [(rows + 1) / 2, columns] words.
  static Rows<Word> down(const float* from, int64_t rows, int64_t columns, int64_t stride, Word* to) {
    const __m512i order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8,  //
                                           23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
    for (int64_t r = 0; r < rows; r += 2) {
      const float* upper = from + r * stride;
      Word* row = to + r / 2 * columns;
      for (int64_t c = 0; c < columns; c += 16) {
        const __mmask16 here = first(columns - c < 16 ? columns - c : 16);
        const __m512 low = _mm512_maskz_loadu_ps(here, upper + c);
        const __m512 high = r + 1 < rows ? _mm512_maskz_loadu_ps(here, upper + stride + c) : _mm512_setzero_ps();
        _mm512_mask_storeu_epi32(row + c, here, _mm512_permutexvar_epi16(order, (__m512i)_mm512_cvtne2ps_pbh(high, low)));
      }
    }
    return {to, columns};
  }

 private:
  static __mmask16 first(int64_t lanes) { return __mmask16((1u << lanes) - 1); }
};
#endif

// Where a matrix is laid out in words; empty where it is read as it lies. As large for `down`, which fills up odd rows.
template <class P>
struct Room {
  std::vector<typename P::Word> words;
  explicit Room(int64_t values) : words(P::TERMS == 1 ? 0 : values) {}
  typename P::Word* data() { return words.data(); }
};

// Calls with the precision that is asked for, where this processor has it.
template <class Call>
void in_precision(int halves, Call call) {
#ifdef HALVES
  if (halves) return call(BFloat16{});
#endif
  call(Float32{});
}
