// Pool and SharedJob: every task once, no scratch shared, no deadlock on a pool of one thread, a busy pool, or calls at the
// same time, from outside and from the pool's own threads.
#include <unistd.h>

#include "bptt/pool.h"
#include "support.h"

namespace bptt {
namespace {

// A call of `tasks` tasks: each notes that it was done in memory of the task's own, and counts in the worker's scratch.
bool call(OwnWorkers workers, int64_t tasks) {
  struct Context {
    std::vector<int> seen;
    std::vector<int64_t> scratch;  // a worker's, without atomics: two threads with one number are a race
    std::atomic<bool> inside{true};
  } context;
  context.seen.resize(static_cast<size_t>(tasks));
  context.scratch.resize(static_cast<size_t>(workers.count()));
  const Work work = [](void* data, int64_t task, int64_t worker) {
    auto& c = *static_cast<Context*>(data);
    if (worker < 0 || worker >= static_cast<int64_t>(c.scratch.size())) {
      c.inside = false;
      return;
    }
    ++c.seen[static_cast<size_t>(task)];
    ++c.scratch[static_cast<size_t>(worker)];
  };
  workers.run(tasks, work, &context);
  int64_t total = 0;
  for (const int64_t count : context.scratch) total += count;
  bool once = context.inside && total == tasks;
  for (const int count : context.seen) once = once && count == 1;
  return once;
}

void from_many_callers(int64_t threads) {
  Pool pool;
  std::atomic<int> wrong{0};
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 3; ++caller)
    callers.emplace_back([&, caller] {
      for (int64_t round = 0; round < 300; ++round) wrong += !call({pool, threads}, (round * 7 + caller) % 40);
    });
  for (auto& caller : callers) caller.join();
  require(wrong == 0, std::to_string(wrong) + " calls at once were wrong with threads: " + std::to_string(threads));
}

void from_the_pool_itself() {
  Pool pool;
  pool.grow(1);
  std::atomic<int> done{0};
  for (int i = 0; i < 50; ++i) pool.schedule([&] { done += call({pool, 2}, 20) ? 1 : 100; });
  while (done < 50) std::this_thread::yield();
  require(done == 50, "calls from the pool's only thread were wrong");
}

void while_the_pool_is_busy() {
  std::atomic<bool> release{false};
  Pool pool;
  pool.grow(1);
  pool.schedule([&] {
    while (!release) std::this_thread::yield();
  });
  require(call({pool, 2}, 20), "a call on a busy pool was wrong");
  release = true;
}

}  // namespace

void check_threads() {
  alarm(120);  // a deadlock ends the program
  for (const int64_t threads : {1, 2, 3, 6}) from_many_callers(threads);
  from_the_pool_itself();
  while_the_pool_is_busy();
  alarm(0);
}

}  // namespace bptt
