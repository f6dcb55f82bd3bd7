#include "case.h"

#include <random>

namespace bptt {
namespace {

class Chance {
 public:
  explicit Chance(uint32_t seed) : random_(seed) {}
  template <class X>
  X of(std::initializer_list<X> all) {
    return all.begin()[random_() % all.size()];
  }
  bool in(uint32_t n) { return random_() % n == 0; }

 private:
  std::mt19937 random_;
};

// Multiplications of the two products: the plain loops must stay quick.
int64_t cost(const Case& c) { return c.batch * c.time * c.width() * ((c.projected ? 0 : c.features) + c.units); }

// States and gradients that products in bfloat16 round: each may stand at a tie.
int64_t rounded(const Case& c) { return c.batch * c.time * (c.width() + c.units); }

void draw_sizes(Case& c, Chance& chance) {
  // Over many steps rounding grows without bound where gates leave [0, 1], or where few units' deviation divides.
  const bool open = c.recurrent_activation != Activation::kSigmoid && c.recurrent_activation != Activation::kHardSigmoid;
  do {
    c.batch = chance.of<int64_t>({1, 2, 3, 9, 17, 31, 33, 40, 75});
    c.units = chance.of<int64_t>({1, 2, 3, 8, 15, 16, 17, 31, 33, 64, 65, 129});
    c.time = open || (c.norm && c.units < 31) ? chance.of<int64_t>({1, 2, 3}) : chance.of<int64_t>({1, 2, 7, 20, 40});
    c.features = chance.of<int64_t>({1, 2, 5, 16, 17, 33});
  } while (cost(c) > 600000 || (c.narrow && (rounded(c) > 1000 || (c.norm && c.units < 31))));
}

Case drawn_case(Cell cell, uint32_t number, bool narrow = false) {
  Chance chance(number * 4 + static_cast<uint32_t>(cell));
  const auto any = {Activation::kTanh, Activation::kRelu, Activation::kSigmoid, Activation::kHardSigmoid, Activation::kLinear};
  Case c = {cell, 0, 0, 0, 0};
  if (!chance.in(3)) c.activation = chance.of<Activation>(any);
  if (!chance.in(3)) c.recurrent_activation = chance.of<Activation>(any);
  c.projected = chance.in(4);
  c.vocabulary = chance.of<int64_t>({0, 0, 1, 40, 300});
  c.narrow = narrow;
  if (narrow && !c.projected) c.vocabulary = 0;  // a word's gradients are summed, then rounded: the plain loops round each
  c.norm = chance.in(3);
  draw_sizes(c, chance);
  if (!c.vocabulary && !c.projected) c.input_masks = chance.of<int64_t>({0, 1, c.gates()});
  c.recurrent_masks = chance.of<int64_t>({0, 1, c.gates()});
  c.masking = chance.of({Masking::kNone, Masking::kWhole, Masking::kPadded, Masking::kHoles, Masking::kHoles});
  if (chance.in(3)) c.zoneout = 0.3;
  if (cell == Cell::kLstm && chance.in(2)) c.zoneout_cell = 0.4;
  c.drawn = chance.in(2);
  c.go_backwards = chance.in(2);
  c.zero_for_mask = chance.in(2);
  c.sequence = !chance.in(3);
  if (chance.in(3)) c.other_units = c.batch * c.time > 300 ? 4 : chance.of<int64_t>({1, 5, 16, 40, c.units});
  c.joined = c.other_units && chance.in(2);
  return c;
}

}  // namespace

std::string name(const Case& c) {
  static const char* const kCells[] = {"SimpleRNN", "LSTM", "GRU after", "GRU before"};
  static const char* const kActivations[] = {"tanh", "relu", "sigmoid", "hard_sigmoid", "linear"};
  static const char* const kMaskings[] = {"", " whole", " padded", " holes", " empty"};
  const auto part = [](const char* text, int64_t value) { return value ? text + std::to_string(value) : std::string(); };
  return std::string(kCells[int(c.cell)]) + " " + kActivations[int(c.activation)] + "/" + kActivations[int(c.recurrent_activation)] +
         part(" B", c.batch) + part(" T", c.time) + part(" D", c.features) + part(" H", c.units) + part(" V", c.vocabulary) +
         kMaskings[int(c.masking)] + part(" drops x", c.input_masks) + part(" drops h", c.recurrent_masks) +
         (c.projected ? " projected" : "") + (c.norm ? " norm" : "") + (c.zoneout > 0 ? " zoneout" : "") +
         (c.zoneout_cell > 0 ? " zoneout_cell" : "") + (c.drawn ? " drawn" : "") + (c.go_backwards ? " backwards" : "") +
         (c.zero_for_mask ? " zero" : "") + (c.sequence ? "" : " last") +
         part(" beside H", c.other_units) + (c.joined ? " joined" : "") + (c.narrow ? " narrow" : "");
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (uint32_t number = 0; number < 60; ++number)
    for (const Cell cell : {Cell::kSimpleRnn, Cell::kLstm, Cell::kGruAfter, Cell::kGruBefore})
      all.push_back(drawn_case(cell, number));
  for (uint32_t number = 100; number < 125; ++number)
    for (const Cell cell : {Cell::kSimpleRnn, Cell::kLstm, Cell::kGruAfter, Cell::kGruBefore})
      all.push_back(drawn_case(cell, number, true));
  for (const Cell cell : {Cell::kSimpleRnn, Cell::kLstm, Cell::kGruAfter, Cell::kGruBefore}) {
    all.push_back({cell, 3, 4, 5, 6, 7, Masking::kEmpty});
    all.push_back({cell, 3, 4, 5, 6, 0, Masking::kEmpty});
    all.push_back({cell, 2, 300, 2, 8, 0, Masking::kHoles});  // many chunks of a few rows
  }
  // Words summed over the outputs of several slices, in several chunks.
  all.push_back({Cell::kSimpleRnn, 20, 90, 3, 5, 7, Masking::kHoles});
  all.back().sequence = false;
  // So wide that a chunk holds fewer entries, and more than one chunk.
  all.push_back({Cell::kLstm, 3, 45, 1, 200, 0, Masking::kPadded});
  all.push_back({Cell::kGruBefore, 3, 45, 1, 200, 4, Masking::kHoles});
  // Slices of 32 rows, and more of them than parts of one direction's sums; more than 1,024 distinct words, likewise.
  all.push_back({Cell::kSimpleRnn, 300, 2, 175, 170, 0, Masking::kHoles});
  all.back().other_units = 4;
  all.push_back({Cell::kLstm, 40, 32, 256, 65, 30000});
  // More rows and columns than a block of pairs holds.
  all.push_back({Cell::kLstm, 3, 1, 201, 70, 0, Masking::kNone});
  all.back().narrow = true;
  return all;
}

}  // namespace bptt
