// An array of exactly its size, with memory that nobody may touch behind it: a read or write past its last element ends the
// program, with or without a sanitizer.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <new>
#include <utility>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define BPTT_POISON(data, bytes) ASAN_POISON_MEMORY_REGION(data, bytes)
#define BPTT_UNPOISON(data, bytes) ASAN_UNPOISON_MEMORY_REGION(data, bytes)
#else
#define BPTT_POISON(data, bytes) static_cast<void>(0)
#define BPTT_UNPOISON(data, bytes) static_cast<void>(0)
#endif

namespace bptt {

// Without elements its pointer is null: an absent array.
template <class T>
class Fenced {
 public:
  Fenced() = default;
  // Bytes of 0xff: a float that is read before it was written is NaN.
  explicit Fenced(size_t size) : size_(size) {
    if (size == 0) return;
    void* pages = mmap(nullptr, room() + page(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) throw std::bad_alloc();
    pages_ = static_cast<char*>(pages);
    mprotect(pages_ + room(), page(), PROT_NONE);
    BPTT_POISON(pages_, room() - bytes());
    std::memset(data(), 0xff, bytes());
  }
  template <class Values>
  static Fenced of(const Values& values) {
    Fenced fenced(values.size());
    for (size_t i = 0; i < values.size(); ++i) fenced.data()[i] = static_cast<T>(values[i]);
    if (fenced.pages_) mprotect(fenced.pages_, fenced.room(), PROT_READ);  // what a kernel reads, it must not write
    return fenced;
  }
  Fenced(Fenced&& other) noexcept : size_(other.size_), pages_(std::exchange(other.pages_, nullptr)) {}
  Fenced& operator=(Fenced&& other) noexcept {
    std::swap(size_, other.size_);
    std::swap(pages_, other.pages_);
    return *this;
  }
  ~Fenced() {
    if (!pages_) return;
    BPTT_UNPOISON(pages_, room());
    munmap(pages_, room() + page());
  }

  size_t size() const { return size_; }
  T* data() const { return pages_ ? reinterpret_cast<T*>(pages_ + room() - bytes()) : nullptr; }
  T& operator[](size_t i) const { return data()[i]; }

 private:
  static size_t page() { return static_cast<size_t>(sysconf(_SC_PAGESIZE)); }
  size_t bytes() const { return size_ * sizeof(T); }
  size_t room() const { return (bytes() + page() - 1) / page() * page(); }

  size_t size_ = 0;
  char* pages_ = nullptr;
};

}  // namespace bptt
