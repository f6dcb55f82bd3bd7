// The arrays of a kernel as XLA or another caller hands them over, checked in words.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

namespace bptt {

// NumPy's name of a dtype that kernels read.
template <class T>
constexpr const char* name_of() {
  if constexpr (std::is_same_v<T, float>) return "float32";
  if constexpr (std::is_same_v<T, double>) return "float64";
  if constexpr (std::is_same_v<T, int32_t>) return "int32";
  if constexpr (std::is_same_v<T, uint32_t>) return "uint32";
  if constexpr (std::is_same_v<T, bool>) return "bool";
}

using Shape = std::vector<int64_t>;
using Names = std::vector<const char*>;

inline std::string text(const Shape& shape) {
  std::string out = "(";
  for (size_t i = 0; i < shape.size(); ++i) out += (i ? ", " : "") + std::to_string(shape[i]);
  return out + ")";
}

// A dense row-major array; one without elements stands for an absent one.
struct Array {
  void* data;
  std::string dtype;
  Shape shape;

  bool present() const {
    for (const int64_t n : shape)
      if (n == 0) return false;
    return !shape.empty();
  }
};

inline void check_count(size_t came, const Names& names) {
  if (came == names.size()) return;
  throw std::invalid_argument(std::to_string(came) + " arrays came, expected " + std::to_string(names.size()) + ", from " +
                              names.front() + " to " + names.back());
}

// Reads arrays in the order of their names; every mismatch is a std::invalid_argument that says what came.
class Arrays {
 public:
  Arrays(const std::vector<Array>& arrays, const Names& names) : arrays_(arrays), names_(names) {
    check_count(arrays.size(), names);
  }

  const Array& next() { return arrays_[at_++]; }

  // The next one's shape, which has so many axes.
  const Shape& axes(size_t rank) const {
    const Shape& shape = arrays_[at_].shape;
    if (shape.size() != rank)
      throw std::invalid_argument(std::string(names_[at_]) + " has shape " + text(shape) + ", expected " + std::to_string(rank) + " axes");
    return shape;
  }

  // The next one's elements, or null where it is absent.
  template <class T>
  T* optional(const Shape& shape) {
    return arrays_[at_].present() ? required<T>(shape) : (++at_, nullptr);
  }

  template <class T>
  T* required(const Shape& shape) {
    const Array& array = arrays_[at_];
    const std::string name = names_[at_++];
    if (array.shape.empty()) throw std::invalid_argument(name + " is missing, expected shape " + text(shape));
    if (array.shape != shape)
      throw std::invalid_argument(name + " has shape " + text(array.shape) + ", expected " + text(shape));
    if (array.dtype != name_of<T>())
      throw std::invalid_argument(name + " has dtype " + array.dtype + ", expected " + name_of<T>());
    return static_cast<T*>(array.data);
  }

 private:
  const std::vector<Array>& arrays_;
  const Names& names_;
  size_t at_ = 0;
};

}  // namespace bptt
