#ifndef ONNXIFI_BACKENDS_COMMON_OPS_RECURRENT_NODE_H_
#define ONNXIFI_BACKENDS_COMMON_OPS_RECURRENT_NODE_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "backends/common/op_kernel.h"

namespace onnxifi {

enum class Cell : uint8_t { kRnn, kGru, kLstm };

// An activation by its name, with the parameters that it takes.
struct GateRule {
  enum class Kind : uint8_t {
    kRelu,
    kTanh,
    kSigmoid,
    kAffine,           // alpha * x + beta
    kLeakyRelu,        // alpha
    kThresholdedRelu,  // alpha
    kScaledTanh,       // alpha * tanh(beta * x)
    kHardSigmoid,      // alpha, beta
    kElu,              // alpha
    kSoftsign,
    kSoftplus,
  };
  Kind kind = Kind::kTanh;
  float alpha = 0;
  float beta = 0;
};

// One node of RNN, GRU or LSTM: its rules, and its sizes once they are known.
struct RecurrentNode {
  enum Input : size_t { kX, kW, kR, kB, kLengths, kH0, kC0, kP, kInputs };

  Cell cell = Cell::kRnn;
  int64_t steps = 0;
  int64_t batch = 0;
  int64_t inputs = 0;
  int64_t hidden = 0;
  int64_t directions = 1;
  bool reverse_first = false;  // the only direction runs backwards
  bool batch_first = false;    // layout 1
  bool input_forget = false;
  bool linear_before_reset = false;
  float clip = 0;  // 0: none
  // Up to three functions of each direction.
  std::array<std::array<GateRule, 3>, 2> rules;

  int64_t gates() const {
    return cell == Cell::kLstm ? 4 : cell == Cell::kGru ? 3 : 1;
  }
  size_t function_count() const {
    return cell == Cell::kLstm ? 3 : cell == Cell::kGru ? 2 : 1;
  }
  size_t input_count() const { return cell == Cell::kLstm ? kInputs : kC0; }
  graph::Shape y_dims() const;
  graph::Shape state_dims() const;
};

// Reads the attributes; false when an activation is not known.
bool ReadRecurrentRules(const NodeView& node, Cell cell,
                        RecurrentNode* recurrent);
// Reads all, checks shapes and declares the outputs; errors name the node.
Status ReadRecurrent(PrepareContext& ctx, Cell cell, RecurrentNode* recurrent);

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_OPS_RECURRENT_NODE_H_
