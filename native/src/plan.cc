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

// Calls body(b, k, place) for each real step, `place` as `placed_by` says; rows in the order of the batch.
template <class F>
void for_steps(const Plan& plan, PlacedBy placed_by, int32_t* rank, F&& body) {
  for (int64_t slice = 0; slice < plan.slices; ++slice)
    for (int64_t i = plan.first(slice); i < plan.first(slice + 1); ++i)
      rank[plan.rows[i]] = static_cast<int32_t>(slice * kMostRowsInSlice + i - plan.first(slice));
  for (int64_t b = 0; b < plan.batch; ++b) {
    const int32_t* starts = plan.starts_of(rank[b] / kMostRowsInSlice);
    for (int64_t k = 0; k < plan.steps[b]; ++k) {
      const int64_t position = plan.positions[b * plan.time + k];
      const int64_t at = placed_by == PlacedBy::kTime ? plan.time_of(position) : position;
      body(b, k, placed_by == PlacedBy::kEntry ? starts[k] + rank[b] % kMostRowsInSlice : static_cast<int32_t>(b * plan.time + at));
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

Words find_words(const int32_t* ids, int64_t vocabulary, const Plan& plan, PlacedBy placed_by, Memory& memory) {
  const int64_t tokens = plan.batch * plan.time;
  auto* word_of = memory.array<int32_t>(vocabulary);
  auto* words = memory.array<int32_t>(std::min(vocabulary, tokens));
  auto* index = memory.array<int32_t>(tokens);
  auto* counts = memory.array<int32_t>(tokens + 1);
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
        counts[found + 1] = 0;
        words[found] = id;
        word_of[id] = found++;
      }
      index[place] = word_of[id];
      ++counts[word_of[id] + 1];
    }
  counts[0] = 0;
  std::partial_sum(counts, counts + found + 1, counts);
  auto* next = memory.array<int32_t>(found);
  std::copy(counts, counts + found, next);
  auto* places = memory.array<int32_t>(counts[found]);
  for_steps(plan, placed_by, memory.array<int32_t>(plan.batch), [&](int64_t b, int64_t k, int32_t place) {
    places[next[index[b * plan.time + plan.time_of(plan.positions[b * plan.time + k])]]++] = place;
  });
  return {found, words, index, counts, places};
}

}  // namespace bptt
