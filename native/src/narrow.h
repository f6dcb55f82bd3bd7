// The products of matmul.h with both operands rounded to bfloat16, the nearest of 8 significant bits and even at a tie, and
// sums in float32. The processor takes k in pairs: acc[n] += a[2 k] b[2 k][n] + a[2 k + 1] b[2 k + 1][n] in one instruction,
// so both operands stand in pairs, two numbers in 32 bits, and an odd last k stands beside a 0.
//
// Each output element is one chain over the pairs in order, as in matmul.h. Denormals count as 0.
#pragma once

#include "slice.h"
#include "tiles.h"

namespace bptt {
namespace BPTT_LEVEL_NAMESPACE {

template <class T>
constexpr bool kNarrow = false;

// Pairs that wait for a product, on the stack: 64 KiB of a_m, or 48 KiB of a_k^T beside 32 KiB of b.
constexpr int64_t kWaiting = 1 << 14, kBlockRows = 96, kBlockColumns = NC * kLanes<float>;
constexpr int64_t kDeepest = 2 * kWaiting;  // a longer row does not fit: its product is in float32

#if defined(BPTT_BF16) && defined(__AVX512BW__)

template <>
constexpr bool kNarrow<float> = true;

// These few functions alone use the instructions: a processor of this level may lack them.
#define BPTT_WITH_BF16 __attribute__((target("avx512bf16")))

inline bool narrow_runs() { return __builtin_cpu_supports("avx512bf16"); }

inline uint32_t rounded(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  if (x != x) return (bits >> 16) | 0x40;
  return (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
}

// element(k, n) in panels of pairs of k; columns past `columns` are 0.
template <class Element>
Panels<float> pack_pairs(int64_t depth, int64_t columns, uint32_t* to, const Element& element) {
  const int64_t width = padded<float>(columns);
  const auto at = [&](int64_t k, int64_t n) { return k < depth && n < columns ? rounded(element(k, n)) : 0; };
  fill_panels<float>(ceil_div(depth, 2), width, to, [&](int64_t k, int64_t n) { return at(2 * k, n) | at(2 * k + 1, n) << 16; });
  return {nullptr, to, depth, width};
}

// n numbers of a row, each beside the next; `to` is written in whole vectors.
BPTT_WITH_BF16 inline void pair_row(const float* from, int64_t n, uint32_t* to) {
  for (int64_t j = 0; j < n; j += 2 * kLanes<float>) {
    const Vec<float> first = load_some(from + j, n - j);
    const Vec<float> second = load_some(from + j + kLanes<float>, larger(0, n - j - kLanes<float>));
    const __m512bh both = _mm512_cvtne2ps_pbh(second, first);
    memcpy(to + j / 2, &both, sizeof both);
  }
}

// n numbers of two rows, each beside the one in the other row; `to` is written in whole vectors.
BPTT_WITH_BF16 inline void pair_rows(const float* first, const float* second, int64_t n, uint32_t* to) {
  alignas(64) static constexpr uint16_t kOrder[] = {0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
                                                    8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
  const __m512i order = _mm512_load_si512(kOrder);
  for (int64_t j = 0; j < n; j += kLanes<float>) {
    const Vec<float> other = second ? load_some(second + j, n - j) : Vec<float>{};
    const __m512bh both = _mm512_cvtne2ps_pbh(other, load_some(first + j, n - j));
    _mm512_storeu_si512(to + j, _mm512_permutexvar_epi16(order, (__m512i)both));
  }
}

// A tile's sums: pair k of row r stands at a[r row_stride + k pair_stride], C vectors of pair k at b[k C kLanes].
template <int R, int C>
BPTT_WITH_BF16 inline void sum_pairs(const uint32_t* a, int64_t row_stride, int64_t pair_stride, const uint32_t* b, int64_t pairs,
                                     Vec<float> (&acc)[R][C]) {
  const uint32_t* row[R];
  BPTT_UNROLL
  for (int r = 0; r < R; ++r) {
    row[r] = a + r * row_stride;
    BPTT_UNROLL
    for (int c = 0; c < C; ++c) acc[r][c] = Vec<float>{};
  }
  for (int64_t k = 0; k < pairs; ++k, b += C * kLanes<float>) {
    __m512i v[C];
    BPTT_UNROLL
    for (int c = 0; c < C; ++c) v[c] = _mm512_loadu_si512(b + c * kLanes<float>);
    BPTT_UNROLL
    for (int r = 0; r < R; ++r) {
      const __m512i pair = _mm512_set1_epi32(static_cast<int>(row[r][k * pair_stride]));
      BPTT_UNROLL
      for (int c = 0; c < C; ++c) acc[r][c] = _mm512_dpbf16_ps(acc[r][c], (__m512bh)pair, (__m512bh)v[c]);
    }
  }
}

struct NarrowRowTile {
  const uint32_t* a;
  int64_t stride;
  const uint32_t* b;
  int64_t pairs;
  const float* const* init;
  float* const* out;
  int64_t column, columns;
  template <int R, int C>
  BPTT_WITH_BF16 void run() const {
    Vec<float> acc[R][C];
    sum_pairs<R, C>(a, stride, 1, b, pairs, acc);
    if (init)
      write_rows<float, R, C, true>(acc, init, out, column, columns);
    else
      write_rows<float, R, C, false>(acc, init, out, column, columns);
  }
};

struct NarrowColumnTile {
  const uint32_t *a, *b;
  int64_t pairs;
  float* out;
  int64_t out_stride;
  template <int R, int C>
  BPTT_WITH_BF16 void run() const {
    Vec<float> acc[R][C];
    sum_pairs<R, C>(a, 1, kBlockRows, b, pairs, acc);
    add_columns<float, R, C>(acc, out, out_stride);
  }
};

inline void narrow_rows(int64_t rows, const float* const* a, const Panels<float>& b, const float* const* init, float* const* out) {
  alignas(64) uint32_t waiting[kWaiting];
  const int64_t vectors = padded<float>(b.columns) / kLanes<float>, pairs = ceil_div(b.depth, 2), stride = padded<float>(pairs);
  const int64_t block = smaller(32, kWaiting / larger(1, stride));
  for (int64_t first = 0; first < rows; first += block) {
    const int64_t count = smaller(block, rows - first);
    for (int64_t m = 0; m < count; ++m) pair_row(a[first + m], b.depth, waiting + m * stride);
    const uint32_t* panel = b.pairs;
    for (int64_t v = 0; v < vectors; v += NC) {
      const int64_t wide = smaller(NC, vectors - v);
      for_tiles(count, [&](int64_t m0, int64_t m1) {
        with_size(m1 - m0, wide, NarrowRowTile{waiting + m0 * stride, stride, panel, pairs, init ? init + first + m0 : nullptr,
                                               out + first + m0, v * kLanes<float>, b.columns});
      });
      panel += wide * kLanes<float> * pairs;
    }
  }
}

// `depth` is at most a chunk.
inline void narrow_columns(int64_t rows, const float* const* a, const float* b, int64_t b_stride, int64_t depth, int64_t columns,
                           float* out, int64_t out_stride) {
  alignas(64) uint32_t of_a[kChunk / 2 * kBlockRows], of_b[kChunk / 2 * kBlockColumns];
  const auto pair_up = [&](const auto& row, int64_t n, uint32_t* to, int64_t stride) {
    for (int64_t k = 0; k < depth; k += 2, to += stride) pair_rows(row(k), k + 1 < depth ? row(k + 1) : nullptr, n, to);
  };
  for (int64_t first = 0; first < rows; first += kBlockRows) {
    const int64_t count = smaller(kBlockRows, rows - first);
    pair_up([&](int64_t k) { return a[k] + first; }, count, of_a, kBlockRows);
    for (int64_t n = 0; n < columns; n += kBlockColumns) {
      const int64_t wide = smaller(kBlockColumns, columns - n);
      pair_up([&](int64_t k) { return b + k * b_stride + n; }, wide, of_b, wide);
      for_tiles(count, [&](int64_t m0, int64_t m1) {
        with_size(m1 - m0, wide / kLanes<float>,
                  NarrowColumnTile{of_a + m0, of_b, ceil_div(depth, 2), out + (first + m0) * out_stride + n, out_stride});
      });
    }
  }
}

#else

inline bool narrow_runs() { return false; }

#endif

// The (depth, columns) matrix of element(k, n), in panels; the columns past `columns` are 0. `narrow`: in bfloat16.
template <class T, class Element>
Panels<T> pack(int64_t depth, int64_t columns, bool narrow, Memory& memory, const Element& element) {
  const int64_t width = padded<T>(columns);
  if constexpr (kNarrow<T>)
    if (narrow && depth <= kDeepest) return pack_pairs(depth, columns, memory.array<uint32_t>(ceil_div(depth, 2) * width), element);
  T* to = memory.array<T>(depth * width);
  fill_panels<T>(depth, width, to, [&](int64_t k, int64_t n) { return n < columns ? element(k, n) : T(0); });
  return {to, nullptr, depth, width};
}

}  // namespace BPTT_LEVEL_NAMESPACE
}  // namespace bptt
