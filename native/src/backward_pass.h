// Backward through time: one task.
#pragma once

#include "cells/gru.h"
#include "cells/lstm.h"
#include "cells/simple_rnn.h"
#include "tap.h"

namespace bptt {
namespace BPTT_LEVEL_NAMESPACE {

template <class T>
using BackwardStep = void (*)(const Rules<T>&, StepBackward<T>&);

template <class T, bool kUsual>
inline BackwardStep<T> backward_step(Cell cell) {
  switch (cell) {
    case Cell::kLstm: return lstm_backward<T, kUsual>;
    case Cell::kGruAfter: return gru_after_backward<T, kUsual>;
    case Cell::kGruBefore: return gru_before_backward<T, kUsual>;
    case Cell::kSimpleRnn: break;
  }
  return simple_rnn_backward<T, kUsual>;
}

// A task's part of each sum over the batch; the tasks' parts stand one after the other.
template <class T>
struct Parts {
  int64_t count;
  T *kernel, *recurrent;     // (D, G width), (H, G width)
  T *bias, *step_bias;       // (G width)
  T *gain, *state_gain, *state_bias;  // (G width), (width), (width)
};

template <class T>
struct BackwardPass {
  const Backward<T>& args;
  const Plan& plan;
  const Rules<T> rules;
  const Tap<T> tap;
  Side<T> kernel;  // where there is one, with inputs
  Parts<T> parts;  // task k takes slices k, k + count, ...
  const Words* words;         // with ids
  const WordRows* word_rows;
  T* word_sums;               // dL/d(x W) of a word in a slice: `sum_width` numbers, `sum_stride` apart
  int64_t sum_stride, sum_width;
  int64_t most;    // entries of a chunk
  T* scratch;
  int64_t scratch_size;

  // A worker's memory: rows of a slice, then of a chunk, then sums of a chunk.
  struct Room {
    T *dh, *dc, *h_first, *c_first;  // (32, width); the states that the chunk begins with
    T* step;                         // (2 x 32, width)
    T *h, *dy, *reset;               // (most, width)
    T* values;                       // (most, stride)
    T* dropped;                      // (most, the wider of padded D and width)
    T *d_gain, *d_state_gain, *d_state_bias;
  };

  static int64_t dropped_width(const Rules<T>& rules) {
    return larger(padded<T>(rules.net.features), rules.layout.width);
  }

  static int64_t room_size(const Rules<T>& rules, int64_t most) {
    const Layout& layout = rules.layout;
    return 6 * kMostRowsInSlice * layout.width + most * (3 * layout.width + layout.stride + dropped_width(rules)) +
           layout.all() + 2 * layout.width;
  }

  Room room(int64_t worker) const {
    const int64_t width = rules.layout.width, slice = kMostRowsInSlice * width;
    T* at = scratch + worker * scratch_size;
    T *h = at + 6 * slice, *values = h + 3 * most * width, *dropped = values + most * rules.layout.stride;
    T* sums = dropped + most * dropped_width(rules);
    return {at, at + slice, at + 2 * slice, at + 3 * slice, at + 4 * slice, h, h + most * width, h + 2 * most * width,
            values, dropped, sums, sums + rules.layout.all(), sums + rules.layout.all() + width};
  }

  T* row(const Room& room, int64_t entry) const {
    return room.values + entry * rules.layout.stride;
  }

  const T* h_before(const Room& room, const Chunk& chunk, int64_t i, int64_t step) const {
    return step == chunk.from ? room.h_first + i * rules.layout.width : room.h + chunk.entry(i, step - 1) * rules.layout.width;
  }

  int64_t output(const Slice& slice, int64_t i, int64_t position) const {
    return slice.place(i, args.net.in_time ? plan.time_of(position) : position) * args.net.sequence_stride;
  }

  // The gradients of the outputs in positions [from, to), which all show the same state.
  void collect(const Slice& slice, int64_t i, int64_t from, int64_t to, T* sum) const {
    for (int64_t p = from; p < to && args.d_sequence; ++p)
      add_row(sum, args.d_sequence + output(slice, i, p), rules.layout.units);
  }

  // Reads row i's part of the chunk from memory.
  void gather(const Slice& slice, const Chunk& chunk, int64_t i, const Room& room) const {
    const int64_t units = rules.layout.units, width = rules.layout.width;
    const int64_t end = chunk.end(i);
    if (end <= chunk.from) return;
    const bool initial = chunk.from == 0;
    copy_padded(room.h_first + i * width,
                initial ? args.net.initial_state + slice.rows[i] * units
                        : args.sequence + output(slice, i, slice.position(i, chunk.from - 1)), units);
    if (args.d_cell_state && initial) copy_padded(room.c_first + i * width, args.net.initial_cell + slice.rows[i] * units, units);
    for (int64_t step = chunk.from; step < end; ++step) {
      const int64_t entry = chunk.entry(i, step), p = slice.position(i, step);
      copy_padded(room.h + entry * width, args.sequence + output(slice, i, p), units);
      if (!args.d_sequence) continue;
      clear(room.dy + entry * width, width);
      collect(slice, i, p, args.net.zero_for_mask ? p + 1 : slice.position(i, step + 1), room.dy + entry * width);
    }
  }

  // From the chunk's last step to its first.
  void recur(const Slice& slice, const Chunk& chunk, const Room& room) const {
    const int64_t width = rules.layout.width;
    const BackwardStep<T> take_step = rules.usual() ? backward_step<T, true>(rules.layout.cell) : backward_step<T, false>(rules.layout.cell);
    StepBackward<T> now;
    now.rows = slice.rows;
    now.scratch = room.step;
    now.d_gain = room.d_gain;
    now.d_state_gain = room.d_state_gain;
    now.d_state_bias = room.d_state_bias;
    clear(room.d_gain, rules.layout.all() + 2 * width);
    for (int64_t step = chunk.to - 1; step >= chunk.from; --step) {
      now.active = slice.active(step);
      for (int64_t i = 0; i < now.active; ++i) {
        const int64_t entry = chunk.entry(i, step);
        now.values[i] = row(room, entry);
        now.h[i] = room.h + entry * width;
        now.h_before[i] = h_before(room, chunk, i, step);
        now.c_before[i] = c_before(slice, chunk, room, i, step);
        now.dy[i] = args.d_sequence ? room.dy + entry * width : nullptr;
        now.reset[i] = room.reset + entry * width;
        now.dh[i] = room.dh + i * width;
        now.dc[i] = room.dc + i * width;
        const int64_t place = slice.place(i, plan.time_of(slice.position(i, step)));
        now.draw[i] = static_cast<uint64_t>(place * rules.states() * rules.layout.units);
      }
      if (tap.sums) tap.read(rules, slice, step, now);
      take_step(rules, now);
    }
  }

  const T* c_before(const Slice& slice, const Chunk& chunk, const Room& room, int64_t i, int64_t step) const {
    const Layout& layout = rules.layout;
    if (!args.d_cell_state || step == 0) return room.c_first + i * layout.width;
    if (step > chunk.from) return row(room, chunk.entry(i, step - 1)) + 4 * layout.width;
    return args.kept + (slice.starts[step - 1] + i) * layout.stride + 4 * layout.width;
  }

  // What the chunk's entries add to the task's part of each gradient of the recurrent weights.
  void spread_recurrent(const Slice& slice, const Chunk& chunk, int64_t task, const Room& room) const {
    const Layout& layout = rules.layout;
    const int64_t width = layout.width, all = layout.all();
    const T *h[kChunk], *from[kChunk], *dropped[kChunk];
    int32_t rows[kChunk];
    for (int64_t step = chunk.from; step < chunk.to; ++step)
      for (int64_t i = 0; i < slice.active(step); ++i) {
        h[chunk.entry(i, step)] = h_before(room, chunk, i, step);
        rows[chunk.entry(i, step)] = slice.rows[i];
      }
    for (int g = 0; g < rules.recurrent.groups; ++g) {
      const Group<T>& group = rules.recurrent.group[g];
      const bool reset = layout.cell == Cell::kGruBefore && g == rules.recurrent.groups - 1;
      for (int64_t e = 0; e < chunk.entries(); ++e) from[e] = reset ? room.reset + e * width : h[e];
      drop_rows(group, layout.units, chunk.entries(), rows, from, room.dropped, dropped);
      product_columns(args.net.narrow, layout.units, dropped, row(room, 0) + group.field, layout.stride, chunk.entries(),
                      group.gates * width, parts.recurrent + task * layout.units * all + group.position * width, all);
    }
    const T* values = row(room, 0);
    add_rows(parts.bias + task * all, all, chunk.entries(), [&](int64_t e) { return values + e * layout.stride; });
    if (layout.cell == Cell::kGruAfter)
      add_rows(parts.step_bias + task * all, all, chunk.entries(), [&](int64_t e) { return values + e * layout.stride + width; });
    if (!layout.norm) return;
    add_row(parts.gain + task * all, room.d_gain, all);
    add_row(parts.state_gain + task * width, room.d_state_gain, width);
    add_row(parts.state_bias + task * width, room.d_state_bias, width);
  }

  // dx, and what the chunk's entries add to the task's part of dW.
  void spread_inputs(const Slice& slice, const Chunk& chunk, int64_t task, const Room& room) const {
    const auto& net = args.net;
    const T *x[kChunk], *d[kChunk], *dropped[kChunk];
    T* dx[kChunk];
    int32_t rows[kChunk];
    for (int64_t i = 0; i < slice.count; ++i)
      for (int64_t step = chunk.from; step < chunk.end(i); ++step) {
        const int64_t entry = chunk.entry(i, step), place = slice.place(i, plan.time_of(slice.position(i, step)));
        x[entry] = net.inputs + place * net.features;
        dx[entry] = args.d_inputs ? args.d_inputs + place * net.features : nullptr;
        rows[entry] = slice.rows[i];
        if (!net.kernel && args.d_inputs) give_gates(row(room, entry) + rules.layout.kernel_side, dx[entry]);
      }
    if (!net.kernel) return;
    for (int g = 0; g < kernel.groups; ++g) {
      const Group<T>& group = kernel.group[g];
      const int64_t all = rules.layout.all(), n = group.gates * rules.layout.width;
      for (int64_t e = 0; e < chunk.entries(); ++e) d[e] = row(room, e) + group.field;
      drop_rows(group, kernel.depth, chunk.entries(), rows, x, room.dropped, dropped);
      product_columns(net.narrow, kernel.depth, dropped, d[0], rules.layout.stride, chunk.entries(), n,
                      parts.kernel + task * kernel.depth * all + group.position * rules.layout.width, all);
      if (!args.d_inputs) continue;
      product_back<T, kChunk>(group, kernel.depth, chunk.entries(), rows, d, args.add_inputs || g > 0, false, dx, room.dropped);
    }
  }

  // A row of dL/d(x W), from the order of the cell's fields.
  void give_gates(const T* from, T* to) const {
    const Layout& layout = rules.layout;
    for (int64_t p = 0; p < layout.gates; ++p) {
      T* gate = to + layout.kernel_gate(p) * layout.units;
      if (args.add_inputs)
        add_row(gate, from + p * layout.width, layout.units);
      else
        copy_row(gate, from + p * layout.width, layout.units);
    }
  }

  // The chunk's entries, from the last, each added to the row of its word.
  void spread_words(const Chunk& chunk, const Room& room) const {
    const int32_t* word_row = word_rows->row + chunk.first();
    for (int64_t e = chunk.entries() - 1; e >= 0; --e) {
      const T* from = row(room, e) + rules.layout.kernel_side;
      if (word_row[e] < 0)
        copy_row(word_sums + ~word_row[e] * sum_stride, from, sum_width);
      else
        add_row(word_sums + word_row[e] * sum_stride, from, sum_width);
    }
  }

  void run(int64_t task, int64_t worker) const {
    const Layout& layout = rules.layout;
    clear(parts.recurrent + task * layout.units * layout.all(), layout.units * layout.all());
    clear(parts.bias + task * layout.all(), layout.all());
    clear(parts.step_bias + task * layout.all(), layout.all());
    clear(parts.gain + task * layout.all(), layout.all());
    clear(parts.state_gain + task * layout.width, layout.width);
    clear(parts.state_bias + task * layout.width, layout.width);
    if (parts.kernel) clear(parts.kernel + task * args.net.features * layout.all(), args.net.features * layout.all());
    for (int64_t index = task; index < plan.slices; index += parts.count) take(Slice(plan, index), task, room(worker));
  }

  void take(const Slice& slice, int64_t task, const Room& room) const {
    const auto& net = args.net;
    const int64_t units = rules.layout.units, width = rules.layout.width;
    for (int64_t i = 0; i < slice.count; ++i) {
      copy_padded(room.dh + i * width, args.d_state + slice.rows[i] * units, units);
      if (args.d_cell_state) copy_padded(room.dc + i * width, args.d_cell_state + slice.rows[i] * units, units);
      if (args.d_inputs && net.mask && !args.add_inputs) clear(args.d_inputs + slice.place(i, 0) * net.features, net.time * net.features);
    }
    for (int64_t to = slice.longest(); to > 0;) {
      const Chunk chunk = Chunk::before(slice, to, most);
      if (args.kept) copy_row(room.values, args.kept + chunk.first() * rules.layout.stride, chunk.entries() * rules.layout.stride);
      for (int64_t i = 0; i < slice.count; ++i) gather(slice, chunk, i, room);
      recur(slice, chunk, room);
      spread_recurrent(slice, chunk, task, room);
      if (net.ids)
        spread_words(chunk, room);
      else
        spread_inputs(slice, chunk, task, room);
      to = chunk.from;
    }
    for (int64_t i = 0; i < slice.count; ++i) {
      if (!net.zero_for_mask) collect(slice, i, 0, slice.position(i, 0), room.dh + i * width);
      copy_row(args.d_initial_state + slice.rows[i] * units, room.dh + i * width, units);
      if (args.d_cell_state) copy_row(args.d_initial_cell + slice.rows[i] * units, room.dc + i * width, units);
    }
  }
};

}  // namespace BPTT_LEVEL_NAMESPACE
}  // namespace bptt
