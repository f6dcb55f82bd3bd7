// Small matrix products whose rows stand anywhere in memory, in register tiles of R rows x C vectors.
//
//   product_rows:     out_m = a_m B + init_m        rows a_m, init_m, out_m by pointer, B packed in panels
//   product_columns:  out  += sum_k a_k^T b_k       rows a_k by pointer, b dense
//
// Each output element is one chain of multiply-adds over k in order, whatever tile it falls into: a row's result has
// the same bits alone and in any batch. What is there already is added last: a chain that began with it would round at
// its size k times.
#pragma once

#include "vec.h"

namespace bptt {
namespace BPTT_LEVEL_NAMESPACE {

// A (K, N) matrix cut into panels of up to NC vectors; inside a panel the rows follow each other.
template <class T>
struct Panels {
  const T* data;
  int64_t depth;    // K
  int64_t columns;  // how many columns a product writes: N in whole vectors, or exactly N where rows of N follow each other
};

template <class T>
inline int64_t panels_size(int64_t depth, int64_t columns) {
  return depth * padded<T>(columns);
}

// The (depth, columns) matrix of element(k, n), in panels; the columns past `columns` are 0.
template <class T, class Element>
Panels<T> pack(int64_t depth, int64_t columns, T* to, const Element& element) {
  const int64_t width = padded<T>(columns), panel = NC * kLanes<T>;
  T* out = to;
  for (int64_t n0 = 0; n0 < width; n0 += panel) {
    const int64_t n1 = smaller(n0 + panel, width);
    for (int64_t k = 0; k < depth; ++k)
      for (int64_t n = n0; n < n1; ++n) *out++ = n < columns ? element(k, n) : T(0);
  }
  return {to, depth, width};
}

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
  if constexpr (kInit)
    BPTT_UNROLL
    for (int r = 0; r < R; ++r)
      BPTT_UNROLL
      for (int c = 0; c < C; ++c) acc[r][c] += load(init[r] + column + c * kLanes<T>);
  if (columns - column >= C * kLanes<T>) {
    BPTT_UNROLL
    for (int r = 0; r < R; ++r)
      BPTT_UNROLL
      for (int c = 0; c < C; ++c) store(out[r] + column + c * kLanes<T>, acc[r][c]);
    return;
  }
  T last[R][C * kLanes<T>];
  BPTT_UNROLL
  for (int r = 0; r < R; ++r)
    BPTT_UNROLL
    for (int c = 0; c < C; ++c) store(last[r] + c * kLanes<T>, acc[r][c]);
  BPTT_UNROLL
  for (int r = 0; r < R; ++r)
    for (int64_t j = 0; j < columns - column; ++j) out[r][column + j] = last[r][j];
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
  BPTT_UNROLL
  for (int r = 0; r < R; ++r)
    BPTT_UNROLL
    for (int c = 0; c < C; ++c) {
      T* to = out + r * out_stride + c * kLanes<T>;
      store(to, load(to) + acc[r][c]);
    }
}

// Calls tile(R, C) with both as compile-time constants.
template <int C, class Tile>
inline void with_rows(int64_t rows, const Tile& tile) {
  switch (rows) {
    case 1: return tile.template run<1, C>();
    case 2: return tile.template run<2, C>();
    case 3: return tile.template run<3, C>();
    case 4: return tile.template run<4, C>();
    case 5: if constexpr (MR >= 5) return tile.template run<5, C>(); break;
    case 6: if constexpr (MR >= 6) return tile.template run<6, C>(); break;
  }
}

template <class Tile>
inline void with_size(int64_t rows, int64_t vectors, const Tile& tile) {
  switch (vectors) {
    case 1: return with_rows<1>(rows, tile);
    case 2: return with_rows<2>(rows, tile);
    case 3: if constexpr (NC >= 3) return with_rows<3>(rows, tile); break;
    case 4: if constexpr (NC >= 4) return with_rows<4>(rows, tile); break;
  }
}

// Rows in even tiles of at most MR: 16 rows are 6 + 5 + 5, not 6 + 6 + 4.
template <class F>
inline void for_tiles(int64_t rows, F&& body) {
  const int64_t tiles = ceil_div(rows, MR);
  for (int64_t i = 0; i < tiles; ++i) body(rows * i / tiles, rows * (i + 1) / tiles);
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
// strides.
template <class T>
void product_columns(int64_t rows, const T* const* a, const T* b, int64_t b_stride, int64_t depth, int64_t columns, T* out,
                     int64_t out_stride) {
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
