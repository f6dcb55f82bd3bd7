// What a forked child must not inherit.
#pragma once

#include <pthread.h>

namespace bptt {

// One T for a process; a child forked from it gets a T of its own. Of the parent's threads only the one that forks lives on
// in the child: a pool would wait for the others for ever, and so would a mutex that one of them held. The parent's T stays
// in the child unread and is never destroyed: threads may still run when a process ends.
template <class T>
class PerProcess {
 public:
  static T& get() {
    static_cast<void>(watching_);
    return *instance_;
  }

 private:
  // Made when the library loads: a guard of a first call might itself be held at the fork.
  inline static T* instance_ = new T;
  inline static const int watching_ = pthread_atfork(nullptr, nullptr, [] { instance_ = new T; });
};

}  // namespace bptt
