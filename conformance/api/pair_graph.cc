#include "conformance/api/pair_graph.h"

namespace onnxifi::conformance {

PairGraph::PairGraph(Test& test, Session& session)
    : test_(test), session_(session), first_({2, 3}, 1), second_({2, 3}, 100) {
  const ProbeModel* probe = session.model();
  if (probe == nullptr) return;
  graph_ = session.NewGraph(PairModel(probe->op));
}

IoCall PairGraph::Good() {
  IoCall call;
  call.inputs = {SixFloats("x", first_.x.bytes().data()),
                 SixFloats("w", second_.x.bytes().data())};
  call.outputs = {SixFloats("y", first_.y.bytes().data()),
                  SixFloats("z", second_.y.bytes().data())};
  return call;
}

onnxStatus PairGraph::Bind(const IoCall& call) const {
  return session_.plugin().onnxSetGraphIO(
      graph_, call.input_count(), call.input_data(), call.output_count(),
      call.output_data());
}

onnxStatus PairGraph::RunBound() {
  const onnxEvent gate = session_.NewSignalledEvent();
  const onnxMemoryFenceV1 from = EventFence(gate);
  onnxMemoryFenceV1 to = EventFence(nullptr);
  const onnxStatus status = session_.plugin().onnxRunGraph(graph_, &from, &to);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  Finish(test_, session_, to.event, ONNXIFI_STATUS_SUCCESS, "a run");
  return status;
}

void PairGraph::Reset(float first) {
  first_.Reset(first);
  second_.Reset(first + 100);
}

void PairGraph::CheckResults(std::string_view what) {
  for (ProbeTensors* tensors : {&first_, &second_}) {
    const std::string wrong = tensors->Wrong(*session_.model());
    CERTIFY_CHECK(test_, wrong.empty(), what, ": ", wrong);
  }
}

void PairGraph::CheckUntouched(std::string_view what) {
  CERTIFY_CHECK(test_, first_.untouched() && second_.untouched(),
                "outputs have been written: ", what);
  for (ProbeTensors* tensors : {&first_, &second_}) {
    const std::string damage = tensors->y.Damage();
    CERTIFY_CHECK(test_, damage.empty(), what, ": ", damage);
  }
}

}  // namespace onnxifi::conformance
