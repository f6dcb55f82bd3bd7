// Every level's kernels against plain loops in double precision, without Python or XLA.
// `check_kernels 7` takes every seventh case: the thread sanitizer is slow. The exit code is the number of failures, at most 100.
#include <algorithm>
#include <cstdlib>

#include "run.h"

using namespace bptt;

namespace {

// Two slopes are right where rounding moves a number over a kink: such numbers are drawn anew.
constexpr double kFromKink = 4e-6;

template <class T>
void same(const std::string& label, const Results<T>& a, const Results<T>& b) {
  for (const auto& [name, values] : a)
    require(!b.count(name) || same_bits(values, b.at(name)), label + ": " + name + " has other bits");
}

template <class T>
void check(const std::string& level, const Kernels<T>& kernels, const Problem& problem, const Plain& plain) {
  const std::string label = level + (sizeof(T) == 8 ? " double " : " float ") + name(problem.c);
  const Run<T> run(kernels, problem);
  const auto found = run.train(1, true);
  for (const auto& [name, want] : plain.results) compare(label + ": " + name, found.at(name), want);
  same(label + " with 3 threads", found, run.train(3, false));
  same(label + " with nothing kept", run.predict(1), found);
}

void check(const Case& c) {
  for (uint32_t number = 0;; ++number) {
    const Problem problem(c, number);
    const Plain plain(problem);
    if (plain.nearest_kink < kFromKink) continue;
    int count;
    const Level* const* list = levels(&count);
    for (int i = 0; i < count; ++i) {
      check(list[i]->name, list[i]->f32, problem, plain);
      check(list[i]->name, list[i]->f64, problem, plain);
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
  for (size_t c = 0; c < all.size() && failures < 100; c += every) check(all[c]);
  std::printf("%d levels, %zu cases each, %d failures\n", count, (all.size() + every - 1) / every, failures);
  return std::min(failures, 100);
}
