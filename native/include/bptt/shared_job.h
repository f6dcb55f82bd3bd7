// Tasks that a caller does itself while a pool may help.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>

#include "bptt/runtime.h"

namespace bptt {

// The caller takes tasks itself and asks the pool to help: it never waits for a task that nobody has begun, so a pool of
// one thread, a pool that is busy, or two calls at once cannot deadlock. A helper that comes too late finds no task left
// and leaves; the job lives until the last helper has.
class SharedJob {
 public:
  // `schedule(helper)` hands a callable to the pool, to run some time or never; at most `threads` work at once.
  template <class Schedule>
  static void run(int64_t threads, int64_t tasks, Work work, void* context, const Schedule& schedule) {
    const auto job = std::make_shared<SharedJob>(tasks, work, context);
    for (int64_t helper = 1; helper < threads && helper < tasks; ++helper) schedule([job] { job->help(); });
    job->help();
    job->wait();
  }

  SharedJob(int64_t tasks, Work work, void* context) : tasks_(tasks), work_(work), context_(context) {}

 private:
  void help() {
    const int64_t worker = workers_.fetch_add(1);
    for (int64_t task; (task = next_.fetch_add(1)) < tasks_;) {
      work_(context_, task, worker);
      if (done_.fetch_add(1) + 1 == tasks_) {
        std::lock_guard<std::mutex> lock(mutex_);
        finished_.notify_one();
      }
    }
  }

  void wait() {
    const auto patience = std::chrono::steady_clock::now() + std::chrono::microseconds(100);
    do {
      if (done_.load() == tasks_) return;
    } while (std::chrono::steady_clock::now() < patience);  // sleeping and waking takes as long
    std::unique_lock<std::mutex> lock(mutex_);
    finished_.wait(lock, [this] { return done_.load() == tasks_; });
  }

  const int64_t tasks_;
  const Work work_;
  void* const context_;
  std::atomic<int64_t> next_{0}, done_{0}, workers_{0};
  std::mutex mutex_;
  std::condition_variable finished_;
};

}  // namespace bptt
