// A recurrence from end to end: its arrays read, what forward leaves for backward put in store, the kernel called.
#pragma once

#include "probe.h"
#include "recurrence.h"
#include "store.h"

namespace bptt {

inline void want(bool present, const char* name) {
  if (!present) throw std::invalid_argument(std::string(name) + " is missing");
}

// The ticket among the operands or the results, or null.
inline uint32_t* read_ticket(const std::vector<Array>& all, const Names& names) {
  for (size_t i = 0; i < names.size(); ++i)
    if (std::string(names[i]) == "ticket") {
      const std::vector<Array> one = {all.at(i)};
      const Names name = {names[i]};
      return Arrays(one, name).optional<uint32_t>({1, 2});
    }
  return nullptr;
}

// How much a backward pass reads: the outputs where they are not `shown`, and what is kept beside them.
template <class T>
struct HeldSize {
  int64_t outputs, kept;

  HeldSize(const Recurrence<T>& net, bool shown)
      : outputs(shown ? 0 : net.batch * net.time * net.units), kept(net.batch * net.time * kept_shape(net)[1]) {}

  size_t bytes() const { return static_cast<size_t>(outputs + kept) * sizeof(T); }
  Held make() const {
    Held held = {0, std::make_unique<Scratch<Held>>(), nullptr, nullptr, bytes()};
    if (outputs) held.sequence = held.memory->memory().template array<T>(outputs);
    if (kept) held.kept = held.memory->memory().template array<T>(kept);
    return held;
  }
};

// A forward pass that may leave something in store.
template <class T>
class Leaving {
 public:
  Leaving(Forward<T>& args, uint32_t* ticket) : ticket_(ticket) {
    if (!ticket) return;
    const HeldSize<T> size(args.net, args.sequence);
    if (size.bytes()) held_ = size.make();
    if (!args.sequence) args.sequence = static_cast<T*>(held_.sequence);
    args.kept = static_cast<T*>(held_.kept);
  }

  // After the pass.
  void leave() {
    if (!ticket_) return;
    const uint64_t number = held_.bytes ? Store::get().put(std::move(held_)) : 0;
    ticket_[0] = static_cast<uint32_t>(number);
    ticket_[1] = static_cast<uint32_t>(number >> 32);
  }

 private:
  uint32_t* ticket_;
  Held held_ = {};
};

// What a forward pass has left, computed anew where it is gone; the backward pass reads it from there.
template <class T>
Held fetch(Backward<T>& args, const uint32_t* ticket, Workers& workers, Memory& memory) {
  const auto& net = args.net;
  if (!ticket) {
    want(args.sequence, "sequence");
    want(args.kept || !kept_shape(net)[1], "kept");
    return {};
  }
  const bool shown = args.sequence;
  const HeldSize<T> size(net, shown);
  if (!size.bytes()) return {};
  std::optional<Held> held = Store::get().take(ticket[0] | static_cast<uint64_t>(ticket[1]) << 32, size.bytes());
  if (!held) {
    held = size.make();
    T *state = memory.array<T>(net.batch * net.units), *cell = net.initial_cell ? memory.array<T>(net.batch * net.units) : nullptr;
    kernels<T>().forward({net, false, state, cell, static_cast<T*>(held->sequence), static_cast<T*>(held->kept)}, workers, memory);
  }
  if (!shown) args.sequence = static_cast<T*>(held->sequence);
  args.kept = static_cast<T*>(held->kept);
  args.spent = static_cast<T*>(held->kept ? held->kept : held->sequence);
  return std::move(*held);
}

template <class T>
void run_forward(const std::vector<Array>& in, const std::vector<Array>& out, const Settings& s, Workers& workers, Memory& memory) {
  auto args = read_forward<T>(in, out, s);
  Leaving<T> leaving(args, read_ticket(out, result_names(false)));
  kernels<T>().forward(args, workers, memory);
  leaving.leave();
}

template <class T>
void run_backward(const std::vector<Array>& in, const std::vector<Array>& out, const Settings& s, Workers& workers, Memory& memory) {
  auto args = read_backward<T>(in, out, s);
  const Held held = fetch(args, read_ticket(in, operand_names(true)), workers, memory);
  Looking<T> looking(args, s.tap);
  kernels<T>().backward(args, workers, memory);
  looking.leave();
}

}  // namespace bptt
