#include "bptt/plan.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <string>

namespace bptt {
namespace {

// Eight slices keep eight threads busy; fewer than eight rows a slice would waste register tiles.
int64_t count_slices(int64_t batch) {
  const int64_t rows = std::clamp<int64_t>((batch + 7) / 8, 8, kMostRowsInSlice);
  return std::max<int64_t>(1, (batch + rows - 1) / rows);
}

// starts[s][k + 1] - starts[s][k] rows of slice s are active at step k.
void count_entries(const Plan& plan, int32_t* starts) {
  int32_t entry = 0;
  for (int64_t slice = 0; slice < plan.slices; ++slice, starts += plan.time + 1) {
    int64_t active = plan.first(slice + 1) - plan.first(slice);
    const int32_t* rows = plan.rows + plan.first(slice);
    starts[0] = entry;
    for (int64_t k = 0; k < plan.time; ++k) {
      while (active > 0 && plan.steps[rows[active - 1]] <= k) --active;
      starts[k + 1] = entry += static_cast<int32_t>(active);
    }
  }
}

}  // namespace

Plan make_plan(int64_t batch, int64_t time, const bool* mask, bool go_backwards, Memory& memory) {
  auto* rows = memory.array<int32_t>(batch);
  auto* steps = memory.array<int32_t>(batch);
  auto* positions = memory.array<int32_t>(batch * time);
  const int64_t slices = count_slices(batch);
  auto* starts = memory.array<int32_t>(slices * (time + 1));
  const Plan plan = {batch, time, go_backwards, slices, rows, steps, positions, starts};
  for (int64_t b = 0; b < batch; ++b) {
    int32_t* row = positions + b * time;
    int32_t count = 0;
    for (int64_t p = 0; p < time; ++p)
      if (!mask || mask[b * time + plan.time_of(p)]) row[count++] = static_cast<int32_t>(p);
    steps[b] = count;
  }
  std::iota(rows, rows + batch, 0);
  if (mask) std::stable_sort(rows, rows + batch, [&](int32_t a, int32_t b) { return steps[a] > steps[b]; });
  count_entries(plan, starts);
  return plan;
}

Words find_words(const int32_t* ids, int64_t vocabulary, const Plan& plan, Memory& memory) {
  const int64_t tokens = plan.batch * plan.time;
  auto* word_of = memory.array<int32_t>(vocabulary);
  auto* words = memory.array<int32_t>(std::min(vocabulary, tokens));
  auto* index = memory.array<int32_t>(tokens);
  std::fill_n(word_of, vocabulary, -1);
  int32_t found = 0;
  for (int64_t b = 0; b < plan.batch; ++b)
    for (int64_t k = 0; k < plan.steps[b]; ++k) {
      const int64_t t = plan.time_of(plan.positions[b * plan.time + k]), place = b * plan.time + t;
      const int32_t id = ids[place];
      if (id < 0 || id >= vocabulary)
        throw std::out_of_range("token id " + std::to_string(id) + " at row " + std::to_string(b) + ", step " +
                                std::to_string(t) + " is outside the vocabulary of " + std::to_string(vocabulary) +
                                " rows: expected 0 to " + std::to_string(vocabulary - 1));
      if (word_of[id] < 0) {
        words[found] = id;
        word_of[id] = found++;
      }
      index[place] = word_of[id];
    }
  return {found, words, index};
}

WordRows place_words(const Words& words, const Plan& plan, RowAt at, Memory& memory) {
  const int64_t entries = plan.starts_of(plan.slices - 1)[plan.time];
  auto* row = memory.array<int32_t>(entries);
  auto* opened = memory.array<int32_t>(entries);       // the rows in the order of their opening
  auto* word_of = memory.array<int32_t>(entries);      // of each of those
  auto* opener = memory.array<int32_t>(words.count);   // the entry that opened the word's latest row
  auto* starts = memory.array<int32_t>(words.count + 1);
  std::fill_n(opener, words.count, -1);
  std::fill_n(starts, words.count + 1, 0);
  int32_t count = 0;
  for (int64_t slice = 0; slice < plan.slices; ++slice) {
    const int32_t* steps = plan.starts_of(slice);
    for (int64_t k = plan.time - 1; k >= 0; --k)
      for (int32_t entry = steps[k + 1] - 1; entry >= steps[k]; --entry) {
        const int64_t b = plan.rows[plan.first(slice) + entry - steps[k]], p = plan.positions[b * plan.time + k];
        const int32_t word = words.index[b * plan.time + plan.time_of(p)];
        if (opener[word] >= steps[0]) {
          row[entry] = ~row[opener[word]];
          continue;
        }
        const int32_t number = at == RowAt::kCount ? count : at == RowAt::kEntry ? entry : static_cast<int32_t>(b * plan.time + p);
        row[entry] = ~number;
        opener[word] = entry;
        opened[count] = number;
        word_of[count++] = word;
        ++starts[word + 1];
      }
  }
  std::partial_sum(starts, starts + words.count + 1, starts);
  auto* rows = memory.array<int32_t>(count);
  std::copy(starts, starts + words.count, opener);
  for (int32_t r = 0; r < count; ++r) rows[opener[word_of[r]]++] = opened[r];
  return {row, starts, rows};
}

}  // namespace bptt
