// XLA's threads, buffers and errors, in the kernels' terms.
#pragma once

#include <new>
#include <string>
#include <utility>
#include <vector>

#include "arrays.h"
#include "bptt/shared_job.h"
#include "xla/ffi/api/ffi.h"

namespace bptt {

namespace ffi = xla::ffi;

// XLA's own pool: no second one fights it for the cores.
class PoolWorkers final : public Workers {
 public:
  explicit PoolWorkers(ffi::ThreadPool pool) : pool_(pool), count_(pool.num_threads() > 1 ? pool.num_threads() : 1) {}

  int64_t count() const override { return count_; }

  void run(int64_t tasks, Work work, void* context) override {
    SharedJob::run(count_, tasks, work, context, [this](auto helper) { pool_.Schedule(std::move(helper)); });
  }

 private:
  ffi::ThreadPool pool_;
  const int64_t count_;
};

inline std::string name_of(ffi::DataType type) {
  switch (type) {
    case ffi::F16: return "float16";
    case ffi::BF16: return "bfloat16";
    case ffi::F32: return name_of<float>();
    case ffi::F64: return name_of<double>();
    case ffi::S32: return name_of<int32_t>();
    case ffi::S64: return "int64";
    case ffi::U32: return name_of<uint32_t>();
    case ffi::PRED: return name_of<bool>();
    default: return "number " + std::to_string(static_cast<int>(type)) + " of XLA's";
  }
}

inline Array array_of(ffi::AnyBuffer buffer) {
  return {buffer.untyped_data(), name_of(buffer.element_type()), {buffer.dimensions().begin(), buffer.dimensions().end()}};
}

// What came through the door, as it is.
inline std::vector<Array> arrays(const ffi::RemainingArgs& all) {
  std::vector<Array> arrays;
  for (size_t i = 0; i < all.size(); ++i) arrays.push_back(array_of(all.get<ffi::AnyBuffer>(i).value()));
  return arrays;
}

inline std::vector<Array> arrays(const ffi::RemainingRets& all) {
  std::vector<Array> arrays;
  for (size_t i = 0; i < all.size(); ++i) arrays.push_back(array_of(*all.get<ffi::AnyBuffer>(i).value()));
  return arrays;
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
