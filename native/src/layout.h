// Where the numbers of an entry stand in its row, and which part of a weight matrix makes them.
//
//   SimpleRNN             h                   with layer normalisation  h n 1/s    (before zoneout)
//   LSTM                  i f g o c                                     i f g o c n(4) 1/s
//   GRU, reset after      g z r u             (u = h U_h + b_h)         g z r u n(3) 1/s 1/s
//   GRU, reset before     g z r                                         g z r n(3) 1/s 1/s
//
// Each letter is a field of `width` elements, units in whole vectors; n is h U normalised, 1/s what it was multiplied by.
// The forward pass leaves the gates' values there, the backward pass their gradients in place; those of n become dL/d(h U).
#pragma once

#include "matmul.h"
#include "rows.h"

namespace bptt {
namespace BPTT_LEVEL_NAMESPACE {

inline int64_t gates_of(Cell cell) { return cell == Cell::kLstm ? 4 : cell == Cell::kSimpleRnn ? 1 : 3; }
inline bool is_gru(Cell cell) { return cell == Cell::kGruAfter || cell == Cell::kGruBefore; }

struct Layout {
  Cell cell;
  bool norm;
  bool keeps;  // a SimpleRNN without zoneout and normalisation goes back from its outputs alone
  int64_t gates, units, width;
  int64_t values;      // fields of values; the normalised ones follow
  int64_t normalised;  // where they begin
  int64_t inverse;     // where 1/s begin
  int64_t stride;
  int64_t kernel_side;     // where dL/d(x W) begins
  int64_t recurrent_side;  // where dL/d(h U) begins; not of the GRU that resets before

  template <class T>
  static Layout of(Cell cell, bool norm, bool zoneout, int64_t units) {
    const int64_t gates = gates_of(cell), width = padded<T>(units);
    const int64_t values = cell == Cell::kLstm ? 5 : cell == Cell::kGruAfter ? 4 : gates;
    const int64_t inverse = (values + gates) * width;
    const bool after = cell == Cell::kGruAfter, simple = cell == Cell::kSimpleRnn;
    return {cell, norm, !simple || norm || zoneout, gates, units, width, values, values * width, inverse,
            norm ? inverse + kLanes<T> : values * width, simple && norm ? width : 0, norm ? values * width : after ? width : 0};
  }

  // The bias comes after the normalisation, and not with x W.
  bool biased_step() const { return norm && cell == Cell::kSimpleRnn; }
  int64_t all() const { return gates * width; }
  // The gate that stands at `position` of x W, and that of h U.
  int64_t kernel_gate(int64_t position) const { return is_gru(cell) ? (position + 2) % 3 : position; }
};

// Some gates of a weight matrix (K, G H), side by side, and the dropout mask that they share.
template <class T>
struct Group {
  int64_t position, gates;  // which of the side's gates
  int64_t field;            // where their gradients begin in an entry's row
  const T* drops;           // (B, K) or null
  Panels<T> weights;        // (K, gates width) forward, (gates width, K) backward
};

// A weight matrix with its gates in the order in which their products stand in an entry's row.
template <class T>
struct Side {
  int64_t depth;  // K
  int64_t gate[4];
  int groups;
  Group<T> group[4];
};

enum class Way { kForward, kBackward };

template <class T>
inline Panels<T> pack_gates(const T* weights, bool narrow, const Layout& layout, int64_t depth, const int64_t* gate, int64_t gates,
                            Way way, Memory& memory) {
  const int64_t units = layout.units, width = layout.width, stride = layout.gates * units, wide = gates * width;
  if (gates == 1 && way == Way::kBackward)  // no empty rows to multiply
    return pack<T>(units, depth, narrow, memory, [&](int64_t k, int64_t n) { return weights[n * stride + gate[0] * units + k]; });
  const auto element = [&](int64_t row, int64_t column) {
    const int64_t unit = column % width;
    return unit < units ? weights[row * stride + gate[column / width] * units + unit] : T(0);
  };
  if (way == Way::kForward) return pack<T>(depth, wide, narrow, memory, element);
  return pack<T>(wide, depth, narrow, memory, [&](int64_t k, int64_t n) { return element(n, k); });
}

// W, with one mask for all gates or one each.
template <class T>
Side<T> kernel_side(const Recurrence<T>& net, const Layout& layout, Way way, Memory& memory) {
  Side<T> side = {net.features, {}, 0, {}};
  for (int64_t p = 0; p < layout.gates; ++p) side.gate[p] = layout.kernel_gate(p);
  const int64_t masks = net.input_drops.masks ? net.input_drops.count : 1, gates = layout.gates / masks;
  for (int64_t p = 0; p < layout.gates; p += gates) {
    const T* drops = net.input_drops.masks;
    if (drops && masks > 1) drops += side.gate[p] * net.batch * net.features;
    side.group[side.groups++] = {p, gates, layout.kernel_side + p * layout.width, drops,
                                 pack_gates(net.kernel, net.narrow, layout, net.features, side.gate + p, gates, way, memory)};
  }
  return side;
}

// U; the GRU that resets before multiplies its candidate's part by r * h, and so apart.
template <class T>
Side<T> recurrent_side(const Recurrence<T>& net, const Layout& layout, Way way, Memory& memory) {
  Side<T> side = {layout.units, {0, 1, 2, 3}, 0, {}};
  const bool before = layout.cell == Cell::kGruBefore, apart = net.recurrent_drops.masks && net.recurrent_drops.count > 1;
  for (int64_t p = 0; p < layout.gates;) {
    const int64_t gates = apart ? 1 : before ? 2 - p / 2 : layout.gates;
    const T* drops = net.recurrent_drops.masks;
    if (apart) drops += p * net.batch * layout.units;
    const int64_t field = before && !layout.norm ? (p + 1) % 3 * layout.width : layout.recurrent_side + p * layout.width;
    side.group[side.groups++] = {p, gates, field, drops,
                                 pack_gates(net.recurrent_kernel, net.narrow, layout, layout.units, side.gate + p, gates, way, memory)};
    p += gates;
  }
  return side;
}

// to[i] = row i of a dropped where the group drops: scratch holds `count` rows of padded K.
template <class T>
void drop_rows(const Group<T>& group, int64_t depth, int64_t count, const int32_t* rows, const T* const* a, T* scratch,
               const T** to) {
  for (int64_t i = 0; i < count; ++i) {
    to[i] = a[i];
    if (!group.drops) continue;
    T* dropped = scratch + i * padded<T>(depth);
    multiply_row(dropped, a[i], group.drops + rows[i] * depth, depth);
    to[i] = dropped;
  }
}

// out_i = (a_i * mask of row rows[i]) W + init_i for the group's gates; `init` may be null.
template <class T, int64_t kMost>
void product_forward(const Group<T>& group, int64_t depth, int64_t count, const int32_t* rows, const T* const* a,
                     const T* const* init, T* const* out, T* scratch) {
  const T* dropped[kMost];
  drop_rows(group, depth, count, rows, a, scratch, dropped);
  product_rows(count, dropped, group.weights, init, out);
}

// out_i (+)= (d_i W^T) * mask of row rows[i]: out has K elements a row, in whole vectors only if `whole`.
template <class T, int64_t kMost>
void product_back(const Group<T>& group, int64_t depth, int64_t count, const int32_t* rows, const T* const* d, bool add,
                  bool whole, T* const* out, T* scratch) {
  if (!group.drops && (!add || whole)) {
    Panels<T> weights = group.weights;
    if (!whole) weights.columns = depth;
    return product_rows(count, d, weights, add ? const_cast<const T* const*>(out) : nullptr, out);
  }
  T* to[kMost] = {};
  for (int64_t i = 0; i < count; ++i) to[i] = scratch + i * padded<T>(depth);
  product_rows(count, d, group.weights, static_cast<const T* const*>(nullptr), to);
  const int64_t written = whole ? padded<T>(depth) : depth;
  for (int64_t i = 0; i < count; ++i) {
    if (group.drops) multiply_row(to[i], to[i], group.drops + rows[i] * depth, depth);
    if (add)
      add_row(out[i], to[i], written);
    else
      copy_row(out[i], to[i], written);
  }
}

// to[k][gate][unit] = sum over parts, in order, of (K, G width) parts whose gates stand as `gate` says. A few rows are
// added by the caller alone: to wake a helper takes longer.
template <class T>
void add_parts(Workers& workers, const T* parts, int64_t count, int64_t depth, const Layout& layout, const int64_t* gate, T* to) {
  if (depth == 0) return;
  const int64_t size = depth * layout.all(), block = count * size < (1 << 18) ? depth : 16;
  parallel(workers, ceil_div(depth, block), [&](int64_t task, int64_t) {
    for (int64_t k = task * block; k < smaller(depth, (task + 1) * block); ++k)
      for (int64_t p = 0; p < layout.gates; ++p)
        for (int64_t j = 0; j < layout.units; j += kLanes<T>) {
          Vec<T> total = {};
          for (int64_t part = 0; part < count; ++part) total += load(parts + part * size + k * layout.all() + p * layout.width + j);
          store_some(to + (k * layout.gates + gate[p]) * layout.units + j, total, layout.units - j);
        }
  });
}

}  // namespace BPTT_LEVEL_NAMESPACE
}  // namespace bptt
