#include "backends/common/control/control.h"

#include <algorithm>
#include <utility>

#include "backends/common/control/scan_output.h"
#include "backends/common/control/tensor_list.h"
#include "backends/common/control/value_util.h"
#include "base/str_cat.h"

namespace onnxifi::control {
namespace {

using graph::TensorPtr;

// Counts of a node: inputs are a leading number of its own, the states, then
// what is scanned; outputs are the states and what is collected.
struct Counts {
  size_t lead = 0;  // version 8 has the lengths in front
  size_t states = 0;
  size_t scanned = 0;
  size_t collected = 0;
};

bool FindCounts(const NodeView& n, Counts* counts) {
  counts->lead = n.opset() < 9 ? 1 : 0;
  const int64_t scanned = n.attrs().Int("num_scan_inputs", 0);
  if (n.input_count() < counts->lead || scanned < 1 ||
      static_cast<uint64_t>(scanned) > n.input_count() - counts->lead) {
    return false;
  }
  counts->scanned = static_cast<size_t>(scanned);
  counts->states = n.input_count() - counts->lead - counts->scanned;
  if (n.output_count() < counts->states) return false;
  counts->collected = n.output_count() - counts->states;
  return true;
}

}  // namespace

Reject SupportsScan(const NodeView& n) {
  Counts counts;
  if (!FindCounts(n, &counts)) {
    return {RejectReason::kAttribute, "num_scan_inputs"};
  }
  const auto fits = [&](const char* name, size_t count) {
    return !n.attrs().Has(name) || n.attrs().Ints(name).size() == count;
  };
  if (!fits("scan_input_axes", counts.scanned) ||
      !fits("scan_input_directions", counts.scanned) ||
      !fits("directions", counts.scanned) ||
      !fits("scan_output_axes", counts.collected) ||
      !fits("scan_output_directions", counts.collected)) {
    return {RejectReason::kAttribute, "axes or directions are not one each"};
  }
  for (size_t i = counts.lead; i < n.input_count(); ++i) {
    if (Reject r = RequireTensorLike(n, i); !r.supported()) return r;
  }
  return RequireBody(n, "body", n.input_count() - counts.lead,
                     n.output_count());
}

namespace {

int64_t EntryOf(std::span<const int64_t> list, size_t i) {
  return i < list.size() ? list[i] : 0;
}

// A tensor that is scanned.
struct Scanned {
  TensorPtr tensor;
  size_t axis = 0;
  bool reverse = false;
};

// All that one pass over the scanned tensors needs and gives.
struct Pass {
  std::vector<RunValue> states;
  std::vector<Scanned> scanned;
  std::vector<ScanOutput> collected;
};

// Runs the body on entries [0, length) of what is scanned.
Status RunPass(EvaluateContext& ctx, int64_t length, Pass* pass) {
  for (int64_t t = 0; t < length; ++t) {
    std::vector<RunValue> inputs = std::move(pass->states);
    const size_t states = inputs.size();
    for (const Scanned& from : pass->scanned) {
      const int64_t at = from.reverse ? length - 1 - t : t;
      ONNXIFI_ASSIGN_OR_RETURN(TensorPtr entry,
                               TakeEntry(from.tensor, from.axis, at));
      inputs.push_back(RunValue::Tensor(std::move(entry)));
    }
    ONNXIFI_ASSIGN_OR_RETURN(std::vector<RunValue> results,
                             ctx.RunBody("body", std::move(inputs)));
    for (size_t c = 0; c < pass->collected.size(); ++c) {
      ONNXIFI_RETURN_IF_ERROR(
          pass->collected[c].Add(ctx, std::move(results[states + c])));
    }
    results.resize(states);
    pass->states = std::move(results);
  }
  return Status::Ok();
}

std::vector<ScanOutput> NewOutputs(const EvaluateContext& ctx,
                                   const Counts& counts) {
  const graph::Graph& body = *FindBody(ctx, "body");
  std::vector<ScanOutput> outputs;
  for (size_t c = 0; c < counts.collected; ++c) {
    outputs.emplace_back(body.value(body.outputs[counts.states + c]));
  }
  return outputs;
}

}  // namespace

Status EvaluateScan(EvaluateContext& ctx) {
  Counts counts;
  FindCounts(ctx, &counts);
  const graph::AttrReader attrs = ctx.attrs();
  Pass pass;
  pass.collected = NewOutputs(ctx, counts);
  for (size_t s = 0; s < counts.states; ++s) pass.states.push_back(ctx.in(s));
  int64_t length = 0;
  for (size_t i = 0; i < counts.scanned; ++i) {
    const size_t input = counts.states + i;
    ONNXIFI_ASSIGN_OR_RETURN(const graph::TensorData* tensor,
                             ctx.Tensor(input));
    ONNXIFI_ASSIGN_OR_RETURN(
        const size_t axis,
        AxisIndex(ctx, EntryOf(attrs.Ints("scan_input_axes"), i),
                  tensor->dims.size()));
    if (i == 0) length = tensor->dims[axis];
    if (tensor->dims[axis] != length) {
      return ctx.Error(ONNXIFI_STATUS_MISMATCHING_SHAPE,
                       "the scanned tensors differ in length");
    }
    pass.scanned.push_back(
        {ctx.in(input).tensor, axis,
         EntryOf(attrs.Ints("scan_input_directions"), i) != 0});
  }
  ONNXIFI_RETURN_IF_ERROR(RunPass(ctx, length, &pass));
  for (size_t s = 0; s < counts.states; ++s) {
    ctx.SetOutput(s, std::move(pass.states[s]));
  }
  for (size_t c = 0; c < counts.collected; ++c) {
    ONNXIFI_ASSIGN_OR_RETURN(
        TensorPtr joined,
        pass.collected[c].Join(
            ctx, EntryOf(attrs.Ints("scan_output_axes"), c),
            EntryOf(attrs.Ints("scan_output_directions"), c) != 0));
    ctx.SetOutput(counts.states + c, RunValue::Tensor(std::move(joined)));
  }
  return Status::Ok();
}

namespace {

// Version 8: everything has a batch axis in front, each entry of which is
// scanned on its own, up to its length.
struct Batch {
  int64_t size = 0;
  int64_t length = 0;            // of the axis that is scanned
  std::vector<int64_t> lengths;  // of each entry
};

Result<Batch> FindBatch(const EvaluateContext& ctx, const Counts& counts) {
  Batch batch;
  for (size_t i = counts.lead; i < ctx.input_count(); ++i) {
    ONNXIFI_ASSIGN_OR_RETURN(const graph::TensorData* tensor, ctx.Tensor(i));
    const size_t rank = tensor->dims.size();
    const bool scanned = i >= counts.lead + counts.states;
    if (rank < (scanned ? 2 : 1) ||
        (i > counts.lead && tensor->dims[0] != batch.size) ||
        (i > counts.lead + counts.states && tensor->dims[1] != batch.length)) {
      return ctx.Error(
          ONNXIFI_STATUS_MISMATCHING_SHAPE,
          StrCat("input ", i, " of shape ", ShapeText(tensor->dims),
                 " does not fit the others"));
    }
    batch.size = tensor->dims[0];
    if (scanned) batch.length = tensor->dims[1];
  }
  if (!ctx.HasInput(0)) return batch;
  ONNXIFI_ASSIGN_OR_RETURN(batch.lengths, ctx.Ints(0));
  const bool fit =
      static_cast<int64_t>(batch.lengths.size()) == batch.size &&
      std::all_of(batch.lengths.begin(), batch.lengths.end(),
                  [&](int64_t l) { return l >= 0 && l <= batch.length; });
  if (fit) return batch;
  return ctx.Error(ONNXIFI_STATUS_MISMATCHING_SHAPE,
                   "sequence_lens has not one valid length for each sequence");
}

Result<Pass> RunEntry(EvaluateContext& ctx, const Counts& counts,
                      const Batch& batch, int64_t b) {
  const auto directions = ctx.attrs().Ints("directions");
  Pass pass;
  pass.collected = NewOutputs(ctx, counts);
  for (size_t i = counts.lead; i < ctx.input_count(); ++i) {
    ONNXIFI_ASSIGN_OR_RETURN(TensorPtr entry,
                             TakeEntry(ctx.in(i).tensor, 0, b));
    if (i < counts.lead + counts.states) {
      pass.states.push_back(RunValue::Tensor(std::move(entry)));
      continue;
    }
    const size_t number = i - counts.lead - counts.states;
    pass.scanned.push_back(
        {std::move(entry), 0, EntryOf(directions, number) != 0});
  }
  const int64_t length = batch.lengths.empty()
                             ? batch.length
                             : batch.lengths[static_cast<size_t>(b)];
  ONNXIFI_RETURN_IF_ERROR(RunPass(ctx, length, &pass));
  return pass;
}

// `length` zero elements in a row.
Result<TensorPtr> Zeros(const graph::TensorData& element, int64_t length) {
  graph::Shape dims = element.dims;
  dims.insert(dims.begin(), length);
  ONNXIFI_ASSIGN_OR_RETURN(graph::NewTensor made,
                           graph::MakeTensor(element.type, std::move(dims)));
  return std::move(made.tensor);
}

// Output c of one batch entry, filled up with zeros.
Result<TensorPtr> JoinEntry(const EvaluateContext& ctx, const Pass& pass,
                            size_t c, const graph::TensorData& element,
                            int64_t length) {
  if (pass.collected[c].empty()) return Zeros(element, length);
  ONNXIFI_ASSIGN_OR_RETURN(TensorPtr joined,
                           pass.collected[c].Join(ctx, 0, false));
  const int64_t missing = length - joined->dims[0];
  if (missing == 0) return joined;
  ONNXIFI_ASSIGN_OR_RETURN(TensorPtr zeros, Zeros(element, missing));
  return ConcatTensors(std::vector<TensorPtr>{joined, zeros}, 0);
}

// Output c of all batch entries.
Result<TensorPtr> JoinBatch(const EvaluateContext& ctx, const Batch& batch,
                            const graph::Value& declared, size_t c,
                            const std::vector<Pass>& passes) {
  const auto full =
      std::find_if(passes.begin(), passes.end(),
                   [&](const Pass& p) { return !p.collected[c].empty(); });
  TensorPtr element;
  if (full == passes.end()) {
    ONNXIFI_ASSIGN_OR_RETURN(element, DeclaredElement(ctx, declared));
  } else {
    element = std::make_shared<graph::TensorData>(full->collected[c].first());
  }
  if (passes.empty()) {
    ONNXIFI_ASSIGN_OR_RETURN(TensorPtr none, Zeros(*element, batch.length));
    return Zeros(*none, 0);
  }
  ScanOutput all(declared);
  for (const Pass& pass : passes) {
    ONNXIFI_ASSIGN_OR_RETURN(TensorPtr joined,
                             JoinEntry(ctx, pass, c, *element, batch.length));
    ONNXIFI_RETURN_IF_ERROR(all.Add(ctx, RunValue::Tensor(std::move(joined))));
  }
  return all.Join(ctx, 0, false);
}

}  // namespace

Status EvaluateScanOfBatches(EvaluateContext& ctx) {
  Counts counts;
  FindCounts(ctx, &counts);
  ONNXIFI_ASSIGN_OR_RETURN(const Batch batch, FindBatch(ctx, counts));
  std::vector<Pass> passes;
  for (int64_t b = 0; b < batch.size; ++b) {
    ONNXIFI_ASSIGN_OR_RETURN(Pass pass, RunEntry(ctx, counts, batch, b));
    passes.push_back(std::move(pass));
  }
  const graph::Graph& body = *FindBody(ctx, "body");
  for (size_t s = 0; s < counts.states; ++s) {
    if (passes.empty()) {
      ctx.SetOutput(s, ctx.in(counts.lead + s));
      continue;
    }
    ScanOutput all(body.value(body.outputs[s]));
    for (Pass& pass : passes) {
      ONNXIFI_RETURN_IF_ERROR(all.Add(ctx, std::move(pass.states[s])));
    }
    ONNXIFI_ASSIGN_OR_RETURN(TensorPtr joined, all.Join(ctx, 0, false));
    ctx.SetOutput(s, RunValue::Tensor(std::move(joined)));
  }
  for (size_t c = 0; c < counts.collected; ++c) {
    const size_t o = counts.states + c;
    ONNXIFI_ASSIGN_OR_RETURN(
        TensorPtr joined,
        JoinBatch(ctx, batch, body.value(body.outputs[o]), c, passes));
    ctx.SetOutput(o, RunValue::Tensor(std::move(joined)));
  }
  return Status::Ok();
}

}  // namespace onnxifi::control
