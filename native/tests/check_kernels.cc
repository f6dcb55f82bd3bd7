// Every level's kernels against plain loops in double precision, without Python or XLA.
// `check_kernels 7` takes every seventh case: the thread sanitizer is slow. It ends after 20 failures or a few more; the exit
// code is their number, at most 100.
#include <algorithm>
#include <cstdlib>

#include "call.h"

using namespace bptt;

namespace {

// A case with its numbers, and what they must give: for one direction, or for both.
struct Question {
  std::vector<Problem> problems;
  std::vector<Named> want;
  double nearest_kink = 1e9, nearest_tie = 1;
  bool added = false;

  Question(const Case& c, uint32_t number) {
    problems.emplace_back(c, number);
    if (c.other_units) problems.emplace_back(c.other_way(), number, true);
    for (const Problem& problem : problems) {
      const Plain plain(problem);
      want.push_back(plain.results);
      nearest_kink = std::min(nearest_kink, plain.nearest_kink);
      nearest_tie = std::min(nearest_tie, plain.nearest_tie);
    }
    added = c.other_units && c.depth() == problems[1].c.depth();
    for (const char* name : {"d_inputs", "d_table"}) {
      if (!added) continue;
      for (size_t i = 0; i < want[0][name].size(); ++i) want[0][name][i] += want[1][name][i];
      want[1].erase(name);
    }
  }
};

template <class T>
void same(const std::string& label, const std::vector<Results<T>>& a, const std::vector<Results<T>>& b) {
  for (size_t i = 0; i < a.size(); ++i)
    for (const auto& [name, values] : a[i])
      require(!b[i].count(name) || same_bits(values, b[i].at(name)), label + ": " + name + " has other bits");
}

template <class T>
void check(const std::string& level, const Kernels<T>& kernels, const Question& question) {
  const Case& c = question.problems[0].c;
  const std::string label = level + (sizeof(T) == 8 ? " double " : " float ") + name(c);
  std::vector<Run<T>> runs;
  for (const Problem& problem : question.problems) runs.emplace_back(problem);
  std::vector<const Run<T>*> directions;
  for (const Run<T>& run : runs) directions.push_back(&run);
  const Call<T> call(kernels, directions, c.joined, question.added);
  const auto found = call.train(1);
  for (size_t i = 0; i < found.size(); ++i)
    for (const auto& [name, want] : question.want[i]) compare(label + (i ? " second: " : ": ") + name, found[i].at(name), want);
  same(label + " with 3 threads, over what forward left", found, call.train(3, true, true));
  same(label + " with nothing kept", call.predict(1), found);
  same(label + " with nobody looking", call.train(1, true, false, false), found);
  auto fewer = call.train(1, false);
  for (auto& direction : fewer)
    for (const char* name : {"d_inputs", "d_table"}) direction.erase(name);
  same(label + " without the gradient of the inputs", fewer, found);
}

void check(const Case& c) {
  // Where rounding moves a number over a kink, two slopes are right, and over a tie two numbers of bfloat16: draw anew.
  constexpr double kFromKink = 4e-6, kFromTie = 1.0 / (1 << 21);
  for (uint32_t number = 0;; ++number) {
    const Question question(c, number);
    if (question.nearest_kink < kFromKink || question.nearest_tie < kFromTie) continue;
    int count;
    const Level* const* list = levels(&count);
    for (int i = 0; i < count; ++i) {
      if (!c.narrow || list[i]->narrow()) check(list[i]->name, list[i]->f32, question);
      if (!c.narrow) check(list[i]->name, list[i]->f64, question);
    }
    return;
  }
}

}  // namespace

int main(int argc, char** argv) {
  const size_t every = argc > 1 ? std::max(1, std::atoi(argv[1])) : 1;
  const auto all = cases();
  check_threads();
  int count;
  const Level* const* list = levels(&count);
  for (int i = 0; i < count; ++i) check_elementwise(*list[i]);
  for (size_t c = 0; c < all.size() && failures < 20; c += every) check(all[c]);
  std::printf("%d levels, %zu cases each, %d failures\n", count, (all.size() + every - 1) / every, failures);
  return std::min(failures, 100);
}
