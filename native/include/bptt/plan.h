// Which steps each row really takes, and which rows go together.
#pragma once

#include <cstdint>

#include "bptt/runtime.h"

namespace bptt {

// Rows sorted by their number of real steps, most first, and cut into slices; a slice is one task. Padding is never
// visited: row `rows[i]` takes its k-th step at position `positions[rows[i] * time + k]` of the sequence, in processing order.
// An entry is one row's step; entries are numbered slice by slice, in a slice step by step, in a step row by row.
// The slices depend on the batch and the mask alone, so that sums over them do not depend on the number of threads.
struct Plan {
  int64_t batch, time;
  bool go_backwards;
  int64_t slices;
  const int32_t* rows;       // (B)
  const int32_t* steps;      // (B): real steps of each row
  const int32_t* positions;  // (B, T)
  const int32_t* starts;     // (slices, T + 1): the first entry of each step of a slice

  BPTT_INLINE int64_t first(int64_t slice) const { return batch * slice / slices; }
  BPTT_INLINE int64_t time_of(int64_t position) const { return go_backwards ? time - 1 - position : position; }
  BPTT_INLINE const int32_t* starts_of(int64_t slice) const { return starts + slice * (time + 1); }
};

constexpr int64_t kMostRowsInSlice = 32;

Plan make_plan(int64_t batch, int64_t time, const bool* mask, bool go_backwards, Memory& memory);

// The distinct ids of the real steps.
struct Words {
  int64_t count;         // U distinct ids
  const int32_t* ids;    // (U), in order of first appearance
  const int32_t* index;  // (B, T): which of the U, at real steps; elsewhere undefined
};

// Throws std::out_of_range naming the place of an id outside [0, vocabulary).
Words find_words(const int32_t* ids, int64_t vocabulary, const Plan& plan, Memory& memory);

// Where the entries' gradients are summed word by word: a slice has a row for each word that stands in it, so that no two
// tasks write to one row. The word's last entry in the slice, the first on the way back, opens the row.
struct WordRows {
  const int32_t* row;     // (entries): of the entry that opens it, ~row
  const int32_t* starts;  // (U + 1): where each word's rows begin in `rows`
  const int32_t* rows;    // each word's rows, slice by slice
};

// A row's number: counted from 0, or that of the entry that opens it, or of its place b * time + position.
enum class RowAt { kCount, kEntry, kPlace };

WordRows place_words(const Words& words, const Plan& plan, RowAt at, Memory& memory);

}  // namespace bptt
