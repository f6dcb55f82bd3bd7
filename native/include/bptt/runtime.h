// What a kernel asks of the program around it: threads, scratch memory, a choice of instruction set.
#pragma once

#include <cstddef>
#include <cstdint>

// Header code that the sources of every instruction-set level share must never be emitted as a function of its own:
// the linker would keep one level's copy for all.
#define BPTT_INLINE inline __attribute__((always_inline))

namespace bptt {

// `work(context, task, worker)` does one task; `worker` in [0, count) names the scratch that nobody else uses meanwhile.
using Work = void (*)(void* context, int64_t task, int64_t worker);

class Workers {
 public:
  virtual ~Workers() = default;
  virtual int64_t count() const = 0;
  // Runs every task in [0, tasks), each once, in any order, and returns when all are done.
  virtual void run(int64_t tasks, Work work, void* context) = 0;
};

class Memory {
 public:
  virtual ~Memory() = default;
  // 64-byte aligned, not cleared, valid until the kernel returns. Throws std::bad_alloc.
  virtual void* take(size_t bytes) = 0;

  template <class T>
  BPTT_INLINE T* array(int64_t count) {
    return static_cast<T*>(take(static_cast<size_t>(count > 0 ? count : 1) * sizeof(T)));
  }
};

template <class F>
BPTT_INLINE void parallel(Workers& workers, int64_t tasks, F&& body) {
  workers.run(
      tasks, [](void* context, int64_t task, int64_t worker) { (*static_cast<F*>(context))(task, worker); },
      const_cast<void*>(static_cast<const void*>(&body)));
}

}  // namespace bptt
