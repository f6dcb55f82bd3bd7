// Small matrix products whose rows stand anywhere in memory, in register tiles of R rows x C vectors.
//
//   product_rows:     out_m = a_m B + init_m        rows a_m, init_m, out_m by pointer, B packed in panels
//   product_columns:  out  += sum_k a_k^T b_k       rows a_k by pointer, b dense
//
// Each output element is one chain of multiply-adds over k in order, whatever tile it falls into: a row's result has
// the same bits alone and in any batch. What is there already is added last: a chain that began with it would round at
// its size k times.
#pragma once

#include "narrow.h"

namespace bptt {
namespace BPTT_LEVEL_NAMESPACE {

template <class T, int R, int C, bool kInit>
inline void tile_rows(const T* const* a, const T* b, int64_t depth, const T* const* init, T* const* out, int64_t column,
                      int64_t columns) {
  Vec<T> acc[R][C];
  const T* row[R];
  BPTT_UNROLL
  for (int r = 0; r < R; ++r) {
    row[r] = a[r];
    BPTT_UNROLL
    for (int c = 0; c < C; ++c) acc[r][c] = Vec<T>{};
  }
  for (int64_t k = 0; k < depth; ++k, b += C * kLanes<T>) {
    Vec<T> v[C];
    BPTT_UNROLL
    for (int c = 0; c < C; ++c) v[c] = load(b + c * kLanes<T>);
    BPTT_UNROLL
    for (int r = 0; r < R; ++r)
      BPTT_UNROLL
      for (int c = 0; c < C; ++c) acc[r][c] += row[r][k] * v[c];
  }
  write_rows<T, R, C, kInit>(acc, init, out, column, columns);
}

template <class T, int R, int C>
inline void tile_columns(const T* const* a, int64_t first, const T* b, int64_t b_stride, int64_t depth, T* out,
                         int64_t out_stride) {
  Vec<T> acc[R][C];
  BPTT_UNROLL
  for (int r = 0; r < R; ++r)
    BPTT_UNROLL
    for (int c = 0; c < C; ++c) acc[r][c] = Vec<T>{};
  for (int64_t k = 0; k < depth; ++k, b += b_stride) {
    Vec<T> v[C];
    BPTT_UNROLL
    for (int c = 0; c < C; ++c) v[c] = load(b + c * kLanes<T>);
    const T* row = a[k] + first;
    BPTT_UNROLL
    for (int r = 0; r < R; ++r)
      BPTT_UNROLL
      for (int c = 0; c < C; ++c) acc[r][c] += row[r] * v[c];
  }
  add_columns<T, R, C>(acc, out, out_stride);
}

template <class T>
struct RowTile {
  const T* const* a;
  const T* b;
  int64_t depth;
  const T* const* init;
  T* const* out;
  int64_t column, columns;
  template <int R, int C>
  void run() const {
    if (init)
      tile_rows<T, R, C, true>(a, b, depth, init, out, column, columns);
    else
      tile_rows<T, R, C, false>(a, b, depth, init, out, column, columns);
  }
};

template <class T>
struct ColumnTile {
  const T* const* a;
  int64_t first;
  const T* b;
  int64_t b_stride, depth;
  T* out;
  int64_t out_stride;
  template <int R, int C>
  void run() const {
    tile_columns<T, R, C>(a, first, b, b_stride, depth, out, out_stride);
  }
};

// out_m = a_m B + init_m for m in [0, rows). `init` may be null (0); its rows are read in whole vectors.
template <class T>
void product_rows(int64_t rows, const T* const* a, const Panels<T>& b, const T* const* init, T* const* out) {
  if constexpr (kNarrow<T>)
    if (b.pairs) return narrow_rows(rows, a, b, init, out);
  const int64_t vectors = padded<T>(b.columns) / kLanes<T>;
  const T* panel = b.data;
  for (int64_t v = 0; v < vectors; v += NC) {
    const int64_t wide = smaller(NC, vectors - v);
    for_tiles(rows, [&](int64_t m0, int64_t m1) {
      with_size(m1 - m0, wide,
                RowTile<T>{a + m0, panel, b.depth, init ? init + m0 : nullptr, out + m0, v * kLanes<T>, b.columns});
    });
    panel += wide * kLanes<T> * b.depth;
  }
}

// out[m][n] += sum_k a_k[m] b[k][n]: a_k has `rows` elements; b and out have `columns`, a whole number of vectors, of their
// strides. `narrow`: of operands rounded to bfloat16.
template <class T>
void product_columns(bool narrow, int64_t rows, const T* const* a, const T* b, int64_t b_stride, int64_t depth, int64_t columns,
                     T* out, int64_t out_stride) {
  if constexpr (kNarrow<T>)
    if (narrow) return narrow_columns(rows, a, b, b_stride, depth, columns, out, out_stride);
  const int64_t vectors = columns / kLanes<T>;
  for (int64_t v = 0; v < vectors; v += NC)
    for_tiles(rows, [&](int64_t m0, int64_t m1) {
      const int64_t n = v * kLanes<T>;
      with_size(m1 - m0, smaller(NC, vectors - v),
                ColumnTile<T>{a, m0, b + n, b_stride, depth, out + m0 * out_stride + n, out_stride});
    });
}

}  // namespace BPTT_LEVEL_NAMESPACE
}  // namespace bptt
