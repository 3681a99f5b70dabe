#ifndef ONNXIFI_CONFORMANCE_API_API_KIT_H_
#define ONNXIFI_CONFORMANCE_API_API_KIT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/model_builder.h"
#include "conformance/harness/session.h"
#include "conformance/harness/test.h"

namespace onnxifi::conformance {

// What the tests of the core functions share.

enum class HandleKind { kId, kBackend, kGraph, kEvent };

struct NamedHandle {
  std::string what;
  void* value;
};

// Values that are no live handle of `kind`: NULL, numbers and addresses that no
// library has given out, memory that must not be read, live handles of the other
// kinds, and, but for IDs, a released one of this kind.
std::vector<NamedHandle> NotLive(Test& test, Session& session, HandleKind kind);

// What a result holds before a call that must overwrite it, or leave it.
void* Preset();
// A page that nobody may read or write.
void* Unreadable();

// After a refusal: a plugin with onnxGetLastErrorFunction tells why.
void CheckReason(Test& test, const Session& session, std::string_view what);
bool HasLastError(const Session& session);

// False, and the test ends as UNSUPPORTED, when the backend need not do this.
bool NeedsThreads(Test& test, const Session& session);
bool NeedsGraphs(Test& test, const Session& session, uint64_t count);
// Whether the backend takes the model. If it refuses it with one of the codes
// 0x02xx, the test ends as UNSUPPORTED; any other refusal is a failure.
bool NeedsModel(Test& test, const Session& session, const std::string& model,
                std::string_view what);

onnxEventState StateOf(Test& test, onnxEvent event);
// Asks for the state, without waiting, until it is SIGNALLED; false after a
// long time.
bool PollUntilSignalled(const Plugin& plugin, onnxEvent event);
// Waits, and releases; the text says which run it was.
void Finish(Test& test, Session& session, onnxEvent done, onnxStatus expected,
            std::string_view what);

// ---- Models made of an operator of ProbeModels, of float and shape {2, 3}.

// y = op(x) and z = op(w); w may be given as an input of a run or as a weight.
std::string PairModel(const std::string& op);
// The same where w is an input and an initializer with these six values.
std::string PairWithInitializer(const std::string& op,
                                const std::vector<float>& w);
// y = op(x), p = op(v), q = op(w).
std::string TripleModel(const std::string& op);
// z = op(w), w is an initializer: nothing is given to a run.
std::string ConstantModel(const std::string& op, const std::vector<float>& w);
// y = op(x) with types and shapes as they are declared, right or wrong.
std::string DeclaredModel(const std::string& op, int32_t in_type,
                          const wire::Dims& in, int32_t out_type,
                          const wire::Dims& out, int64_t ir = 8,
                          int64_t opset = 13);
// The inputs of a node that computes op of one value.
wire::Names ArgumentsOf(const std::string& op, const std::string& value);
// A descriptor of six floats of shape {2, 3}.
onnxTensorDescriptorV1 SixFloats(const char* name, const void* data);

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_API_API_KIT_H_
