// The one door: XLA's buffers in, checked shapes to the kernels, every failure back as an ffi::Error.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <string>
#include <vector>

#include "bptt/cpu.h"
#include "xla.h"

namespace nb = nanobind;

namespace bptt {
namespace {

template <ffi::DataType type>
using Native = ffi::NativeType<type>;

template <class T>
const Kernels<T>& kernels();
template <>
const Kernels<float>& kernels<float>() {
  return level().f32;
}
template <>
const Kernels<double>& kernels<double>() {
  return level().f64;
}

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

template <ffi::DataType type>
struct Args {
  using T = Native<type>;
  ffi::Buffer<type, 3> inputs;  // (B, T, D), or (0, 0, 0) with ids
  ffi::Buffer<ffi::S32, 2> ids;
  ffi::Buffer<type, 2> table, kernel, recurrent_kernel;
  ffi::Buffer<type, 1> bias;
  ffi::Buffer<type, 2> initial_state;
  ffi::Buffer<ffi::PRED, 2> mask;  // (0, 0): every step is real
  int32_t activation;
  bool go_backwards, zero_for_mask;

  bool by_ids() const { return inputs.dimensions()[2] == 0 && table.dimensions()[1] > 0; }

  SimpleRnn<T> net(Check& check) {
    const auto first = by_ids() ? ids.dimensions() : inputs.dimensions();
    const int64_t batch = first[0], time = first[1], features = kernel.dimensions()[0], units = kernel.dimensions()[1];
    if (by_ids())
      check.shape("table", table, {table.dimensions()[0], features});
    else
      check.shape("inputs", inputs, {batch, time, features});
    check.shape("recurrent_kernel", recurrent_kernel, {units, units}).shape("bias", bias, {units});
    check.shape("initial_state", initial_state, {batch, units});
    const bool masked = mask.element_count() > 0;
    if (masked) check.shape("mask", mask, {batch, time});
    check.that(batch * time <= INT32_MAX, "more than 2^31 - 1 steps in one batch");
    check.that(activation == 0 || activation == 1, "unknown activation");
    return {batch, time, features, units, table.dimensions()[0],
            by_ids() ? nullptr : inputs.typed_data(), by_ids() ? ids.typed_data() : nullptr,
            by_ids() ? table.typed_data() : nullptr, kernel.typed_data(), recurrent_kernel.typed_data(),
            bias.typed_data(), initial_state.typed_data(), masked ? mask.typed_data() : nullptr,
            static_cast<Activation>(activation), go_backwards, zero_for_mask};
  }
};

template <ffi::DataType type>
using In3 = ffi::Buffer<type, 3>;
template <ffi::DataType type>
using In2 = ffi::Buffer<type, 2>;
template <ffi::DataType type>
using In1 = ffi::Buffer<type, 1>;
using Ids = ffi::Buffer<ffi::S32, 2>;
using Bools = ffi::Buffer<ffi::PRED, 2>;
template <ffi::DataType type, size_t rank>
using Out = ffi::Result<ffi::Buffer<type, rank>>;

template <ffi::DataType type>
ffi::Error rnn_forward(ffi::ThreadPool pool, In3<type> inputs, Ids ids, In2<type> table,
                       In2<type> kernel, In2<type> recurrent_kernel, In1<type> bias, In2<type> initial_state, Bools mask,
                       Out<type, 2> state, Out<type, 3> sequence, int32_t activation, bool go_backwards,
                       bool zero_for_mask, bool fill) {
  Args<type> args = {inputs, ids, table, kernel, recurrent_kernel, bias, initial_state, mask, activation, go_backwards, zero_for_mask};
  Check check;
  const auto net = args.net(check);
  const bool keep = sequence->dimensions()[2] > 0;
  check.shape("state", *state, {net.batch, net.units});
  if (keep) check.shape("sequence", *sequence, {net.batch, net.time, net.units});
  if (check.failed()) return check.error();
  return guarded([&] {
    PoolWorkers workers(pool);
    Scratch scratch;
    kernels<Native<type>>().simple_rnn_forward({net, fill, state->typed_data(), keep ? fresh(sequence) : nullptr},
                                               workers, scratch.memory());
  });
}

template <ffi::DataType type>
ffi::Error rnn_backward(ffi::ThreadPool pool, In3<type> inputs, Ids ids, In2<type> table,
                        In2<type> kernel, In2<type> recurrent_kernel, In1<type> bias, In2<type> initial_state, Bools mask,
                        In3<type> sequence, In2<type> d_state, In3<type> d_sequence, Out<type, 3> d_inputs,
                        Out<type, 2> d_table, Out<type, 3> d_steps, Out<type, 2> d_kernel, Out<type, 2> d_recurrent_kernel, Out<type, 1> d_bias,
                        Out<type, 2> d_initial_state, int32_t activation, bool go_backwards, bool zero_for_mask) {
  Args<type> args = {inputs, ids, table, kernel, recurrent_kernel, bias, initial_state, mask, activation, go_backwards, zero_for_mask};
  Check check;
  const auto net = args.net(check);
  const bool outputs = d_sequence.dimensions()[2] > 0;
  check.shape("sequence", sequence, {net.batch, net.time, net.units}).shape("d_state", d_state, {net.batch, net.units});
  if (outputs) check.shape("d_sequence", d_sequence, {net.batch, net.time, net.units});
  if (args.by_ids())
    check.shape("d_table", *d_table, {net.vocabulary, net.features}).shape("d_steps", *d_steps, {net.batch, net.time, net.units});
  else
    check.shape("d_inputs", *d_inputs, {net.batch, net.time, net.features});
  check.shape("d_kernel", *d_kernel, {net.features, net.units}).shape("d_bias", *d_bias, {net.units});
  check.shape("d_recurrent_kernel", *d_recurrent_kernel, {net.units, net.units});
  check.shape("d_initial_state", *d_initial_state, {net.batch, net.units});
  if (check.failed()) return check.error();
  return guarded([&] {
    PoolWorkers workers(pool);
    Scratch scratch;
    kernels<Native<type>>().simple_rnn_backward(
        {net, sequence.typed_data(), args.by_ids() ? d_steps->typed_data() : nullptr, d_state.typed_data(), outputs ? d_sequence.typed_data() : nullptr,
         args.by_ids() ? nullptr : fresh(d_inputs), args.by_ids() ? fresh(d_table) : nullptr,
         d_kernel->typed_data(), d_recurrent_kernel->typed_data(), d_bias->typed_data(), d_initial_state->typed_data()},
        workers, scratch.memory());
  });
}

template <ffi::DataType type>
ffi::Error dropout(ffi::ThreadPool pool, In3<type> in, ffi::Buffer<ffi::U32, 1> seed, Out<type, 3> out, double rate) {
  const auto dims = in.dimensions();
  Check check;
  check.shape("out", *out, Shape(dims.begin(), dims.end())).shape("seed", seed, {2});
  check.that(rate >= 0 && rate < 1, "rate is not in [0, 1)");
  if (check.failed()) return check.error();
  return guarded([&] {
    PoolWorkers workers(pool);
    kernels<Native<type>>().dropout(
        {dims[0], dims[1], dims[2], in.typed_data(), seed.typed_data(), rate, fresh(out)}, workers);
  });
}

template <ffi::DataType type>
ffi::Error layer_norm_forward(ffi::ThreadPool pool, In2<type> in, In1<type> gamma, In1<type> beta, Out<type, 2> out,
                              double epsilon) {
  const int64_t rows = in.dimensions()[0], width = in.dimensions()[1];
  Check check;
  check.shape("gamma", gamma, {width}).shape("beta", beta, {width}).shape("out", *out, {rows, width});
  if (check.failed()) return check.error();
  return guarded([&] {
    PoolWorkers workers(pool);
    kernels<Native<type>>().layer_norm_forward(
        {rows, width, in.typed_data(), gamma.typed_data(), beta.typed_data(), epsilon, fresh(out)}, workers);
  });
}

template <ffi::DataType type>
ffi::Error layer_norm_backward(ffi::ThreadPool pool, In2<type> in, In1<type> gamma,
                               In2<type> d_out, Out<type, 2> d_in, Out<type, 1> d_gamma, Out<type, 1> d_beta,
                               double epsilon) {
  const int64_t rows = in.dimensions()[0], width = in.dimensions()[1];
  Check check;
  check.shape("gamma", gamma, {width}).shape("d_out", d_out, {rows, width}).shape("d_in", *d_in, {rows, width});
  check.shape("d_gamma", *d_gamma, {width}).shape("d_beta", *d_beta, {width});
  if (check.failed()) return check.error();
  return guarded([&] {
    PoolWorkers workers(pool);
    Scratch scratch;
    kernels<Native<type>>().layer_norm_backward({rows, width, in.typed_data(), gamma.typed_data(), d_out.typed_data(), epsilon,
                                                 fresh(d_in), d_gamma->typed_data(), d_beta->typed_data()},
                                                workers, scratch.memory());
  });
}

template <ffi::DataType type>
auto rnn_binding() {
  return ffi::Ffi::Bind()
      .Ctx<ffi::ThreadPool>()
      .template Arg<In3<type>>()
      .template Arg<Ids>()
      .template Arg<In2<type>>()
      .template Arg<In2<type>>()
      .template Arg<In2<type>>()
      .template Arg<In1<type>>()
      .template Arg<In2<type>>()
      .template Arg<Bools>();
}

template <ffi::DataType type>
auto rnn_forward_binding() {
  return rnn_binding<type>()
      .template Ret<In2<type>>()
      .template Ret<In3<type>>()
      .template Attr<int32_t>("activation")
      .template Attr<bool>("go_backwards")
      .template Attr<bool>("zero_for_mask")
      .template Attr<bool>("fill");
}

template <ffi::DataType type>
auto rnn_backward_binding() {
  return rnn_binding<type>()
      .template Arg<In3<type>>()
      .template Arg<In2<type>>()
      .template Arg<In3<type>>()
      .template Ret<In3<type>>()
      .template Ret<In2<type>>()
      .template Ret<In3<type>>()
      .template Ret<In2<type>>()
      .template Ret<In2<type>>()
      .template Ret<In1<type>>()
      .template Ret<In2<type>>()
      .template Attr<int32_t>("activation")
      .template Attr<bool>("go_backwards")
      .template Attr<bool>("zero_for_mask");
}

template <ffi::DataType type>
auto dropout_binding() {
  return ffi::Ffi::Bind()
      .Ctx<ffi::ThreadPool>()
      .template Arg<In3<type>>()
      .template Arg<ffi::Buffer<ffi::U32, 1>>()
      .template Ret<In3<type>>()
      .template Attr<double>("rate");
}

template <ffi::DataType type>
auto norm_forward_binding() {
  return ffi::Ffi::Bind()
      .Ctx<ffi::ThreadPool>()
      .template Arg<In2<type>>()
      .template Arg<In1<type>>()
      .template Arg<In1<type>>()
      .template Ret<In2<type>>()
      .template Attr<double>("epsilon");
}

template <ffi::DataType type>
auto norm_backward_binding() {
  return ffi::Ffi::Bind()
      .Ctx<ffi::ThreadPool>()
      .template Arg<In2<type>>()
      .template Arg<In1<type>>()
      .template Arg<In2<type>>()
      .template Ret<In2<type>>()
      .template Ret<In1<type>>()
      .template Ret<In1<type>>()
      .template Attr<double>("epsilon");
}

#define BPTT_HANDLERS(name, type)                                                                       \
  XLA_FFI_DEFINE_HANDLER(name##_rnn_forward, rnn_forward<type>, rnn_forward_binding<type>());           \
  XLA_FFI_DEFINE_HANDLER(name##_rnn_backward, rnn_backward<type>, rnn_backward_binding<type>());        \
  XLA_FFI_DEFINE_HANDLER(name##_dropout, dropout<type>, dropout_binding<type>());                       \
  XLA_FFI_DEFINE_HANDLER(name##_norm_forward, layer_norm_forward<type>, norm_forward_binding<type>());  \
  XLA_FFI_DEFINE_HANDLER(name##_norm_backward, layer_norm_backward<type>, norm_backward_binding<type>())

BPTT_HANDLERS(f32, ffi::F32);
BPTT_HANDLERS(f64, ffi::F64);

template <class Handler>
nb::capsule capsule(Handler* handler) {
  return nb::capsule(reinterpret_cast<void*>(handler));
}

nb::dict registrations() {
  nb::dict all;
#define BPTT_REGISTER(type)                                             \
  all["bptt_simple_rnn_forward_" #type] = capsule(type##_rnn_forward);  \
  all["bptt_simple_rnn_backward_" #type] = capsule(type##_rnn_backward); \
  all["bptt_dropout_" #type] = capsule(type##_dropout);                 \
  all["bptt_layer_norm_forward_" #type] = capsule(type##_norm_forward); \
  all["bptt_layer_norm_backward_" #type] = capsule(type##_norm_backward)
  BPTT_REGISTER(f32);
  BPTT_REGISTER(f64);
  return all;
}

std::vector<std::string> level_names() {
  int count;
  const Level* const* list = levels(&count);
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.push_back(list[i]->name);
  return names;
}

}  // namespace
}  // namespace bptt

NB_MODULE(_native, module) {
  module.doc() = "The compiled kernels, as XLA FFI handlers.";
  module.def("registrations", &bptt::registrations, "Name of each custom call and its handler.");
  module.def("level", [] { return std::string(bptt::level().name); }, "The instruction-set level in use.");
  module.def("levels", &bptt::level_names, "The levels this processor runs, best first.");
}
