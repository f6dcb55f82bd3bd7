// What every handler shares: the kernels of a dtype, shape checks in words, no exception across the door.
#pragma once

#include <string>
#include <vector>

#include "bptt/cpu.h"
#include "xla.h"

namespace bptt {

template <ffi::DataType type>
using Native = ffi::NativeType<type>;

template <class T>
const Kernels<T>& kernels();
template <>
inline const Kernels<float>& kernels<float>() {
  return level().f32;
}
template <>
inline const Kernels<double>& kernels<double>() {
  return level().f64;
}

template <ffi::DataType type>
using In3 = ffi::Buffer<type, 3>;
template <ffi::DataType type>
using In2 = ffi::Buffer<type, 2>;
template <ffi::DataType type>
using In1 = ffi::Buffer<type, 1>;
template <ffi::DataType type, size_t rank>
using Out = ffi::Result<ffi::Buffer<type, rank>>;

using Shape = std::vector<int64_t>;

// Collects the first mismatch, in words.
class Check {
 public:
  template <class Buffer>
  Check& shape(const char* name, const Buffer& buffer, const Shape& expected) {
    const auto dims = buffer.dimensions();
    const Shape got(dims.begin(), dims.end());
    if (wrong_.empty() && got != expected) wrong_ = std::string(name) + " has shape " + text(got) + ", expected " + text(expected);
    return *this;
  }
  Check& that(bool holds, const char* otherwise) {
    if (wrong_.empty() && !holds) wrong_ = otherwise;
    return *this;
  }
  bool failed() const { return !wrong_.empty(); }
  const std::string& message() const { return wrong_; }
  ffi::Error error() const { return ffi::Error::InvalidArgument("bptt: " + wrong_); }

 private:
  static std::string text(const Shape& shape) {
    std::string out = "(";
    for (size_t i = 0; i < shape.size(); ++i) out += (i ? ", " : "") + std::to_string(shape[i]);
    return out + ")";
  }
  std::string wrong_;
};

// A result's memory, about to be written from end to end.
template <class Result>
auto* fresh(Result& result) {
  prefer_huge_pages(result->untyped_data(), result->size_bytes());
  return result->typed_data();
}

// No C++ exception crosses into XLA.
template <class F>
ffi::Error guarded(F&& body) {
  try {
    body();
    return ffi::Error::Success();
  } catch (const std::bad_alloc&) {
    return ffi::Error(ffi::ErrorCode::kResourceExhausted, "bptt: out of memory for the kernel's scratch");
  } catch (const std::exception& error) {
    return ffi::Error::InvalidArgument(std::string("bptt: ") + error.what());
  }
}

}  // namespace bptt
