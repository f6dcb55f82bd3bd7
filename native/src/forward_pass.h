// Forward through time: one task.
#pragma once

#include "cells/gru.h"
#include "cells/lstm.h"
#include "cells/simple_rnn.h"

namespace bptt {
namespace BPTT_LEVEL_NAMESPACE {

template <class T>
using ForwardStep = void (*)(const Rules<T>&, StepForward<T>&);

template <class T, bool kUsual>
inline ForwardStep<T> forward_step(Cell cell) {
  switch (cell) {
    case Cell::kLstm: return lstm_forward<T, kUsual>;
    case Cell::kGruAfter: return gru_after_forward<T, kUsual>;
    case Cell::kGruBefore: return gru_before_forward<T, kUsual>;
    case Cell::kSimpleRnn: break;
  }
  return simple_rnn_forward<T, kUsual>;
}

template <class T>
struct ForwardPass {
  const Forward<T>& args;
  const Plan& plan;
  const Rules<T> rules;
  Side<T> kernel;         // where there is one
  const T* bias;          // (G width) in the order of x W
  const Words* words;     // with ids
  const T* projected;     // (U, G width) with ids: table[word] W + b
  int64_t most;           // entries of a chunk
  T* scratch;
  int64_t scratch_size;

  // A worker's memory: rows of a slice, then of a chunk.
  struct Room {
    T *state, *cell;  // (32, width): what the chunk begins with
    T* step;          // (2 x 32, width)
    T* h;             // (most, width)
    T* values;        // (most, stride), where nothing is kept
    T* dropped;       // (most, padded D), where inputs are dropped
  };

  static int64_t room_size(const Rules<T>& rules, int64_t most, bool kept) {
    const Layout& layout = rules.layout;
    const bool drops = rules.net.input_drops.masks;
    return 4 * kMostRowsInSlice * layout.width + most * (layout.width + (kept ? 0 : layout.stride)) +
           (drops ? most * padded<T>(rules.net.features) : 0);
  }

  Room room(int64_t worker) const {
    const int64_t width = rules.layout.width, slice = kMostRowsInSlice * width;
    T* at = scratch + worker * scratch_size;
    T* values = at + 4 * slice + most * width;
    return {at, at + slice, at + 2 * slice, at + 4 * slice, values, values + (args.kept ? 0 : most * rules.layout.stride)};
  }

  T* row(const Room& room, const Chunk& chunk, int64_t entry) const {
    return (args.kept ? args.kept + chunk.first() * rules.layout.stride : room.values) + entry * rules.layout.stride;
  }

  // x W + b for each entry: looked up, computed, or given as it is.
  void project(const Slice& slice, const Chunk& chunk, const Room& room) const {
    const auto& net = args.net;
    const T *from[kChunk], *biases[kChunk];
    T* to[kChunk];
    int32_t rows[kChunk];
    for (int64_t i = 0; i < slice.count; ++i)
      for (int64_t step = chunk.from; step < chunk.end(i); ++step) {
        const int64_t place = slice.place(i, plan.time_of(slice.position(i, step))), entry = chunk.entry(i, step);
        T* z = row(room, chunk, entry);
        if (words) copy_row(z, projected + words->index[place] * rules.layout.all(), rules.layout.all());
        if (words) continue;
        from[entry] = net.inputs + place * net.features;
        to[entry] = z;
        rows[entry] = slice.rows[i];
        if (!net.kernel) place_gates(from[entry], z);
      }
    if (words || !net.kernel) return;
    for (int g = 0; g < kernel.groups; ++g) {
      const int64_t at = kernel.group[g].position * rules.layout.width;
      for (int64_t e = 0; e < chunk.entries(); ++e) {
        biases[e] = bias + at;
        to[e] = row(room, chunk, e) + at;
      }
      product_forward<T, kChunk>(kernel.group[g], kernel.depth, chunk.entries(), rows, from, biases, to, room.dropped);
    }
  }

  // A row of x W (G H) in the order of the cell's fields, with the bias.
  void place_gates(const T* from, T* z) const {
    const Layout& layout = rules.layout;
    for (int64_t p = 0; p < layout.gates; ++p) {
      copy_padded(z + p * layout.width, from + layout.kernel_gate(p) * layout.units, layout.units);
      add_row(z + p * layout.width, bias + p * layout.width, layout.width);
    }
  }

  void recur(const Slice& slice, const Chunk& chunk, const Room& room) const {
    const int64_t width = rules.layout.width, units = rules.layout.units;
    const ForwardStep<T> take_step = rules.usual() ? forward_step<T, true>(rules.layout.cell) : forward_step<T, false>(rules.layout.cell);
    StepForward<T> now;
    now.rows = slice.rows;
    now.scratch = room.step;
    for (int64_t step = chunk.from; step < chunk.to; ++step) {
      now.active = slice.active(step);
      for (int64_t i = 0; i < now.active; ++i) {
        const bool first = step == chunk.from;
        const int64_t entry = chunk.entry(i, step), before = first ? 0 : chunk.entry(i, step - 1);
        now.values[i] = row(room, chunk, entry);
        now.h[i] = room.h + entry * width;
        now.h_before[i] = first ? room.state + i * width : room.h + before * width;
        now.c_before[i] = first ? room.cell + i * width : row(room, chunk, before) + 4 * width;
        const int64_t place = slice.place(i, plan.time_of(slice.position(i, step)));
        now.draw[i] = static_cast<uint64_t>(place * rules.states() * units);
      }
      take_step(rules, now);
    }
  }

  // Row i's part of the chunk to memory; its last state stays for the next chunk.
  void emit(const Slice& slice, const Chunk& chunk, int64_t i, const Room& room) const {
    const int64_t end = chunk.end(i), width = rules.layout.width, units = rules.layout.units;
    if (end <= chunk.from) return;
    const int64_t entry = chunk.entry(i, end - 1);
    copy_row(room.state + i * width, room.h + entry * width, width);
    if (args.cell_state) copy_row(room.cell + i * width, row(room, chunk, entry) + 4 * width, width);
    if (end == slice.steps(i)) finish(slice, i, room.state + i * width, room.cell + i * width);
    if (!args.sequence) return;
    for (int64_t step = chunk.from; step < end; ++step) {
      const T* h = room.h + chunk.entry(i, step) * width;
      const int64_t p = slice.position(i, step);
      copy_row(args.sequence + output(slice, i, p), h, units);
      if (args.fill) hold(slice, i, p + 1, slice.position(i, step + 1), h);
    }
  }

  void finish(const Slice& slice, int64_t i, const T* h, const T* c) const {
    copy_row(args.state + slice.rows[i] * rules.layout.units, h, rules.layout.units);
    if (args.cell_state) copy_row(args.cell_state + slice.rows[i] * rules.layout.units, c, rules.layout.units);
  }

  int64_t output(const Slice& slice, int64_t i, int64_t position) const {
    return slice.place(i, args.net.in_time ? plan.time_of(position) : position) * args.net.sequence_stride;
  }

  // What the masked positions [from, to) show after state h.
  void hold(const Slice& slice, int64_t i, int64_t from, int64_t to, const T* h) const {
    const int64_t units = rules.layout.units;
    for (int64_t p = from; p < to; ++p) {
      T* out = args.sequence + output(slice, i, p);
      if (args.net.zero_for_mask)
        clear(out, units);
      else
        copy_row(out, h, units);
    }
  }

  void run(int64_t task, int64_t worker) const {
    const Slice slice(plan, task);
    const Room room = this->room(worker);
    const int64_t units = rules.layout.units, width = rules.layout.width;
    for (int64_t i = 0; i < slice.count; ++i) {
      const T* initial = args.net.initial_state + slice.rows[i] * units;
      copy_padded(room.state + i * width, initial, units);
      if (args.cell_state) copy_padded(room.cell + i * width, args.net.initial_cell + slice.rows[i] * units, units);
      if (slice.steps(i) == 0) finish(slice, i, room.state + i * width, room.cell + i * width);
      if (args.sequence && args.fill) hold(slice, i, 0, slice.position(i, 0), initial);
    }
    for (int64_t from = 0; from < slice.longest();) {
      const Chunk chunk = Chunk::after(slice, from, most);
      project(slice, chunk, room);
      recur(slice, chunk, room);
      for (int64_t i = 0; i < slice.count; ++i) emit(slice, chunk, i, room);
      from = chunk.to;
    }
  }
};

}  // namespace BPTT_LEVEL_NAMESPACE
}  // namespace bptt
