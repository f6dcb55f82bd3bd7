// XLA's threads and scratch memory, in the kernels' terms.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <new>

#include "bptt/runtime.h"
#include "xla/ffi/api/ffi.h"

namespace bptt {

namespace ffi = xla::ffi;

// The caller takes tasks itself and asks XLA's pool to help: it never waits for a task that nobody has begun, so a pool
// of one thread, or two calls at once, cannot deadlock. A helper that comes too late finds no task left and leaves.
class PoolWorkers final : public Workers {
 public:
  explicit PoolWorkers(ffi::ThreadPool pool) : pool_(pool), count_(pool.num_threads() > 1 ? pool.num_threads() : 1) {}

  int64_t count() const override { return count_; }

  void run(int64_t tasks, Work work, void* context) override {
    auto job = std::make_shared<Job>(tasks, work, context);
    for (int64_t helper = 1; helper < count_ && helper < tasks; ++helper)
      pool_.Schedule([job] { job->help(); });
    job->help();
    job->wait();
  }

 private:
  struct Job {
    Job(int64_t tasks, Work work, void* context) : tasks(tasks), work(work), context(context) {}

    void help() {
      const int64_t worker = workers.fetch_add(1);
      for (int64_t task; (task = next.fetch_add(1)) < tasks;) {
        work(context, task, worker);
        if (done.fetch_add(1) + 1 == tasks) {
          std::lock_guard<std::mutex> lock(mutex);
          finished.notify_one();
        }
      }
    }

    void wait() {
      for (int spin = 0; spin < 2000; ++spin)
        if (done.load() == tasks) return;
      std::unique_lock<std::mutex> lock(mutex);
      finished.wait(lock, [this] { return done.load() == tasks; });
    }

    const int64_t tasks;
    const Work work;
    void* const context;
    std::atomic<int64_t> next{0}, done{0}, workers{0};
    std::mutex mutex;
    std::condition_variable finished;
  };

  ffi::ThreadPool pool_;
  const int64_t count_;
};

class XlaMemory final : public Memory {
 public:
  explicit XlaMemory(ffi::ScratchAllocator& allocator) : allocator_(allocator) {}

  void* take(size_t bytes) override {
    if (std::optional<void*> memory = allocator_.Allocate(bytes, 64)) return *memory;
    throw std::bad_alloc();
  }

 private:
  ffi::ScratchAllocator& allocator_;
};

}  // namespace bptt
