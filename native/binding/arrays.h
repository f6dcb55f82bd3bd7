// The arrays of a recurrence as XLA or another caller hands them over, checked in words.
#pragma once

#include <stdexcept>

#include "handler.h"

namespace bptt {

enum class Kind { kFloat32, kFloat64, kInt32, kUint32, kBool, kOther };

template <class T>
constexpr Kind kind_of() {
  if constexpr (std::is_same_v<T, float>) return Kind::kFloat32;
  if constexpr (std::is_same_v<T, double>) return Kind::kFloat64;
  if constexpr (std::is_same_v<T, int32_t>) return Kind::kInt32;
  if constexpr (std::is_same_v<T, uint32_t>) return Kind::kUint32;
  return std::is_same_v<T, bool> ? Kind::kBool : Kind::kOther;
}

// A dense row-major array; one without elements stands for an absent one.
struct Array {
  void* data;
  Kind kind;
  Shape shape;

  const Shape& dimensions() const { return shape; }
  bool present() const {
    for (const int64_t n : shape)
      if (n == 0) return false;
    return !shape.empty();
  }
};

// Reads arrays in the order of their names; every mismatch is a std::invalid_argument that says what came.
class Arrays {
 public:
  Arrays(const std::vector<Array>& arrays, const std::vector<const char*>& names) : arrays_(arrays), names_(names) {
    if (arrays.size() != names.size())
      throw std::invalid_argument(std::to_string(arrays.size()) + " arrays came, expected " + std::to_string(names.size()));
  }

  const Array& next() { return arrays_[at_++]; }

  // The next one's elements, or null where it is absent.
  template <class T>
  T* optional(const Shape& shape) {
    return arrays_[at_].present() ? required<T>(shape) : (++at_, nullptr);
  }

  template <class T>
  T* required(const Shape& shape) {
    const Array& array = arrays_[at_];
    Check check;
    check.shape(names_[at_], array, shape);
    if (check.failed()) throw std::invalid_argument(check.message());
    if (array.kind != kind_of<T>()) throw std::invalid_argument(std::string(names_[at_]) + " has another dtype than expected");
    ++at_;
    return static_cast<T*>(array.data);
  }

 private:
  const std::vector<Array>& arrays_;
  const std::vector<const char*>& names_;
  size_t at_ = 0;
};

}  // namespace bptt
