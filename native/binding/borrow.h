// Arrays of any Python library that speaks DLPack or the buffer protocol, borrowed for a call.
#pragma once

#include <nanobind/ndarray.h>

#include <iterator>

#include "arrays.h"

namespace bptt {

namespace nb = nanobind;

// As NumPy names it.
inline std::string name_of(nb::dlpack::dtype dtype) {
  static constexpr const char* kNames[] = {"int", "uint", "float", "opaque", "bfloat", "complex", "bool"};
  if (dtype == nb::dtype<bool>()) return name_of<bool>();
  const std::string name = dtype.code < std::size(kNames) ? kNames[dtype.code] : "code " + std::to_string(dtype.code) + " of DLPack, ";
  return name + std::to_string(dtype.bits) + (dtype.lanes == 1 ? "" : " x " + std::to_string(dtype.lanes));
}

// Arrays that live at least as long as this, whatever Python does meanwhile; None is an absent one.
// Handle: nb::ndarray<nb::ro> to read, nb::ndarray<> to write.
template <class Handle>
class Borrowed {
 public:
  // Throws std::invalid_argument that names what is not a dense array in the processor's memory, or not writable.
  Borrowed(const nb::sequence& objects, const Names& names) {
    for (const nb::handle object : objects) add(arrays_.size() < names.size() ? names[arrays_.size()] : "an array too many", object);
    check_count(arrays_.size(), names);
  }

  const std::vector<Array>& arrays() const { return arrays_; }

 private:
  void add(const std::string& name, nb::handle object) {
    if (object.is_none()) {
      arrays_.push_back({nullptr, "", {}});
      return;
    }
    Handle array;
    if (!nb::try_cast(object, array, false)) throw std::invalid_argument(name + refusal(object));
    const Shape shape(array.shape_ptr(), array.shape_ptr() + array.ndim());
    const Shape strides(array.stride_ptr(), array.stride_ptr() + array.ndim());
    if (array.device_type() != nb::device::cpu::value)
      throw std::invalid_argument(name + " is on another device (number " + std::to_string(array.device_type()) +
                                  " of DLPack), expected the processor's memory");
    if (!dense(shape, strides))
      throw std::invalid_argument(name + " of shape " + text(shape) + " has strides of " + text(strides) +
                                  " elements, expected a contiguous row-major array");
    void* data = const_cast<void*>(static_cast<const void*>(array.data()));
    if (array.itemsize() && reinterpret_cast<uintptr_t>(data) % array.itemsize())
      throw std::invalid_argument(name + " does not start at a multiple of its element size, expected an aligned array");
    arrays_.push_back({data, name_of(array.dtype()), shape});
    held_.emplace_back(array);
  }

  static std::string refusal(nb::handle object) {
    nb::ndarray<nb::ro> readable;
    if (!Handle::ReadOnly && nb::try_cast(object, readable, false)) return " is read-only, expected an array to write into";
    const nb::str type = nb::type_name(object.type());
    return std::string(" is a ") + type.c_str() + ", expected an array that DLPack or the buffer protocol can read";
  }

  static bool dense(const Shape& shape, const Shape& strides) {
    bool dense = true;
    int64_t expected = 1;
    for (size_t i = shape.size(); i-- > 0; expected *= shape[i]) dense = dense && (shape[i] < 2 || strides[i] == expected);
    return dense || expected == 0;
  }

  std::vector<Array> arrays_;
  std::vector<nb::ndarray<nb::ro>> held_;
};

using Read = Borrowed<nb::ndarray<nb::ro>>;
using Written = Borrowed<nb::ndarray<>>;

}  // namespace bptt
