// What register tiles of R rows x C vectors share: the packed matrix, the choice of R and C, the way of the sums to memory.
#pragma once

#include "bptt/runtime.h"
#include "vec.h"

namespace bptt {
namespace BPTT_LEVEL_NAMESPACE {

// A (K, N) matrix cut into panels of up to NC vectors; inside a panel the rows follow each other.
template <class T>
struct Panels {
  const T* data;
  const uint32_t* pairs;  // in place of `data`: see narrow.h
  int64_t depth;          // K
  int64_t columns;  // how many columns a product writes: N in whole vectors, or exactly N where rows of N follow each other
};

// Panels of at(k, n) for k below `rows` and n below `width`, a whole number of vectors.
template <class T, class Value, class At>
void fill_panels(int64_t rows, int64_t width, Value* to, const At& at) {
  for (int64_t n0 = 0; n0 < width; n0 += NC * kLanes<T>)
    for (int64_t k = 0; k < rows; ++k)
      for (int64_t n = n0; n < smaller(n0 + NC * kLanes<T>, width); ++n) *to++ = at(k, n);
}

// out_r (+ init_r) of a tile whose first column is `column`.
template <class T, int R, int C, bool kInit>
inline void write_rows(Vec<T> (&acc)[R][C], const T* const* init, T* const* out, int64_t column, int64_t columns) {
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

// out += the tile.
template <class T, int R, int C>
inline void add_columns(const Vec<T> (&acc)[R][C], T* out, int64_t out_stride) {
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

}  // namespace BPTT_LEVEL_NAMESPACE
}  // namespace bptt
