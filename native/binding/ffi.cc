// XLA's door: its buffers in, checked arrays to the kernels, every failure back as an ffi::Error.
#include "ffi.h"

#include "elementwise.h"
#include "pair.h"
#include "scratch.h"
#include "xla.h"

namespace nb = nanobind;

namespace bptt {
namespace {

template <auto run, class Settings>
ffi::Error call(ffi::ThreadPool pool, ffi::RemainingArgs in, ffi::RemainingRets out, const Settings& settings) {
  return guarded([&] {
    PoolWorkers workers(pool);
    Scratch<Memory> scratch;
    run(arrays(in), arrays(out), settings, workers, scratch.memory());
  });
}

template <auto run>
ffi::Error recurrence(ffi::ThreadPool pool, ffi::RemainingArgs in, ffi::RemainingRets out, int32_t cell, int32_t activation,
                      int32_t recurrent_activation, bool go_backwards, bool zero_for_mask, bool fill, double zoneout,
                      double zoneout_cell, double epsilon, bool narrow, int64_t tap) {
  const Settings settings = {cell,    activation,   recurrent_activation, go_backwards, zero_for_mask, fill,
                             zoneout, zoneout_cell, epsilon,              narrow,       tap};
  return call<run>(pool, in, out, settings);
}

template <auto run>
ffi::Error elementwise(ffi::ThreadPool pool, ffi::RemainingArgs in, ffi::RemainingRets out, double setting) {
  return call<run>(pool, in, out, setting);
}

auto binding() { return ffi::Ffi::Bind().Ctx<ffi::ThreadPool>().RemainingArgs().RemainingRets(); }

auto recurrence_binding() {
  return binding()
      .Attr<int32_t>("cell")
      .Attr<int32_t>("activation")
      .Attr<int32_t>("recurrent_activation")
      .Attr<bool>("go_backwards")
      .Attr<bool>("zero_for_mask")
      .Attr<bool>("fill")
      .Attr<double>("zoneout")
      .Attr<double>("zoneout_cell")
      .Attr<double>("epsilon")
      .Attr<bool>("narrow")
      .Attr<int64_t>("tap");
}

template <class T>
ffi::Error gradients(ffi::RemainingArgs in, ffi::RemainingRets out, int64_t tap) {
  return guarded([&] { run_gradients<T>(arrays(in), arrays(out), tap); });
}

auto gradients_binding() { return ffi::Ffi::Bind().RemainingArgs().RemainingRets().Attr<int64_t>("tap"); }

#define BPTT_HANDLERS(name, type)                                                                                          \
  XLA_FFI_DEFINE_HANDLER(name##_forward, recurrence<run_forward<type>>, recurrence_binding());                             \
  XLA_FFI_DEFINE_HANDLER(name##_backward, recurrence<run_backward<type>>, recurrence_binding());                           \
  XLA_FFI_DEFINE_HANDLER(name##_forward_pair, recurrence<run_forward_pair<type>>, recurrence_binding());                   \
  XLA_FFI_DEFINE_HANDLER(name##_backward_pair, recurrence<run_backward_pair<type>>, recurrence_binding());                 \
  XLA_FFI_DEFINE_HANDLER(name##_gradients, gradients<type>, gradients_binding());                                          \
  XLA_FFI_DEFINE_HANDLER(name##_dropout, elementwise<run_dropout<type>>, binding().Attr<double>("rate"));                  \
  XLA_FFI_DEFINE_HANDLER(name##_norm_forward, elementwise<run_norm_forward<type>>, binding().Attr<double>("epsilon"));     \
  XLA_FFI_DEFINE_HANDLER(name##_norm_backward, elementwise<run_norm_backward<type>>, binding().Attr<double>("epsilon"))

BPTT_HANDLERS(f32, float);
BPTT_HANDLERS(f64, double);

template <class Handler>
nb::capsule capsule(Handler* handler) {
  return nb::capsule(reinterpret_cast<void*>(handler));
}

}  // namespace

nb::dict registrations() {
  nb::dict all;
#define BPTT_REGISTER(type)                                             \
  all["bptt_recurrence_forward_" #type] = capsule(type##_forward);      \
  all["bptt_recurrence_backward_" #type] = capsule(type##_backward);    \
  all["bptt_pair_forward_" #type] = capsule(type##_forward_pair);       \
  all["bptt_pair_backward_" #type] = capsule(type##_backward_pair);     \
  all["bptt_gradients_" #type] = capsule(type##_gradients);             \
  all["bptt_dropout_" #type] = capsule(type##_dropout);                 \
  all["bptt_layer_norm_forward_" #type] = capsule(type##_norm_forward); \
  all["bptt_layer_norm_backward_" #type] = capsule(type##_norm_backward)
  BPTT_REGISTER(f32);
  BPTT_REGISTER(f64);
  return all;
}

}  // namespace bptt
