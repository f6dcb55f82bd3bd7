// What the checks share: threads and memory for the kernels, random arrays, comparison with what was expected.
#pragma once

#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "bptt/cpu.h"

namespace bptt {

inline int failures = 0;

class Threads final : public Workers {
 public:
  explicit Threads(int64_t count) : count_(count) {}
  int64_t count() const override { return count_; }
  void run(int64_t tasks, Work work, void* context) override {
    if (count_ == 1 || tasks == 1) {
      for (int64_t task = 0; task < tasks; ++task) work(context, task, 0);
      return;
    }
    std::atomic<int64_t> next{0};
    std::vector<std::thread> threads;
    for (int64_t worker = 0; worker < count_; ++worker)
      threads.emplace_back([&, worker] {
        for (int64_t task; (task = next.fetch_add(1)) < tasks;) work(context, task, worker);
      });
    for (auto& thread : threads) thread.join();
  }

 private:
  const int64_t count_;
};

// Fresh memory is NaN: a kernel that reads what it never wrote shows it.
class Heap final : public Memory {
 public:
  void* take(size_t bytes) override {
    blocks_.emplace_back(static_cast<char*>(operator new(bytes, std::align_val_t(64))));
    return std::memset(blocks_.back().get(), 0xff, bytes);
  }

 private:
  struct Free {
    void operator()(char* data) const { operator delete(data, std::align_val_t(64)); }
  };
  std::vector<std::unique_ptr<char, Free>> blocks_;
};

template <class T>
std::vector<T> normal(std::mt19937& random, int64_t count, double scale) {
  std::normal_distribution<double> draw(0, scale);
  std::vector<T> values(static_cast<size_t>(count));
  for (auto& value : values) value = static_cast<T>(draw(random));
  return values;
}

inline void require(bool holds, const std::string& otherwise) {
  if (holds) return;
  std::printf("FAILED %s\n", otherwise.c_str());
  ++failures;
}

// Within 1e-10 (double) or 64 roundings (float) of the largest element.
template <class Values>
void compare(const std::string& what, const Values& got, const std::vector<double>& want) {
  double size = 1;
  for (const double value : want) size = std::max(size, std::fabs(value));
  const double allowed = size * (sizeof(got[0]) == 8 ? 1e-10 : 64 * 1.19e-7);
  for (size_t i = 0; i < want.size(); ++i)
    if (!(std::fabs(got[i] - want[i]) <= allowed))
      return require(false, what + "[" + std::to_string(i) + "] is " + std::to_string(got[i]) + ", expected " +
                                std::to_string(want[i]));
}

template <class Values>
bool same_bits(const Values& a, const Values& b) {
  return a.size() == b.size() && (a.size() == 0 || std::memcmp(a.data(), b.data(), a.size() * sizeof(a[0])) == 0);
}

void check_elementwise(const Level& level);
void check_threads();

}  // namespace bptt
