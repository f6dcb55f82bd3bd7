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

WordRows place_words(const Words& words, const Plan& plan, Memory& memory) {
  const int64_t entries = plan.starts_of(plan.slices - 1)[plan.time];
  auto* row = memory.array<int32_t>(entries);
  auto* first = memory.array<int32_t>(plan.slices + 1);
  auto* word_of = memory.array<int32_t>(entries);       // of a row
  auto* latest = memory.array<int32_t>(words.count);    // a word's last row
  auto* starts = memory.array<int32_t>(words.count + 1);
  std::fill_n(latest, words.count, -1);
  std::fill_n(starts, words.count + 1, 0);
  int32_t count = 0;
  for (int64_t slice = 0; slice < plan.slices; ++slice) {
    first[slice] = count;
    for (int64_t i = plan.first(slice); i < plan.first(slice + 1); ++i) {
      const int64_t b = plan.rows[i];
      for (int64_t k = 0; k < plan.steps[b]; ++k) {
        const int32_t word = words.index[b * plan.time + plan.time_of(plan.positions[b * plan.time + k])];
        if (latest[word] < first[slice]) {
          word_of[count] = word;
          latest[word] = count++;
          ++starts[word + 1];
        }
        row[plan.starts_of(slice)[k] + i - plan.first(slice)] = latest[word];
      }
    }
  }
  first[plan.slices] = count;
  std::partial_sum(starts, starts + words.count + 1, starts);
  auto* rows = memory.array<int32_t>(count);
  std::copy(starts, starts + words.count, latest);
  for (int32_t r = 0; r < count; ++r) rows[latest[word_of[r]]++] = r;
  return {row, first, starts, rows};
}

}  // namespace bptt
