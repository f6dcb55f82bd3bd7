// What a check computes: one combination of all that a recurrence can be asked for.
#pragma once

#include <string>
#include <vector>

#include "bptt/recurrence.h"

namespace bptt {

// Every step real, without a mask and with one; rows that end early; holes and rows without a real step; no real step at all.
enum class Masking { kNone, kWhole, kPadded, kHoles, kEmpty };

struct Case {
  Cell cell;
  int64_t batch, time, features, units;
  int64_t vocabulary = 0;  // 0: dense inputs
  Masking masking = Masking::kNone;
  Activation activation = Activation::kTanh, recurrent_activation = Activation::kSigmoid;
  int64_t input_masks = 0, recurrent_masks = 0;  // M; 0: nothing is dropped
  bool projected = false;                        // the inputs are x W already
  bool norm = false;
  double zoneout = 0, zoneout_cell = 0;
  bool drawn = false;  // zoneout draws; otherwise it mixes
  bool go_backwards = false, zero_for_mask = false;
  bool sequence = true;  // the loss sees every output; otherwise the last state alone
  int64_t other_units = 0;  // of a second direction in the same call; 0: there is none
  bool joined = false;      // both directions' outputs stand in one array
  bool narrow = false;      // products of operands rounded to bfloat16, where the level has them

  int64_t gates() const { return cell == Cell::kLstm ? 4 : cell == Cell::kSimpleRnn ? 1 : 3; }
  int64_t width() const { return gates() * units; }
  // The second direction of the same call.
  Case other_way() const {
    Case other = *this;
    other.units = other_units;
    other.other_units = units;
    other.go_backwards = !go_backwards;
    return other;
  }
  int64_t depth() const { return projected ? width() : features; }  // of the inputs
};

std::string name(const Case& c);

// Drawn cases of every cell at sizes around the vectors' and slices' edges, and the few that need large sizes.
std::vector<Case> cases();

}  // namespace bptt
