#include "conformance/api/api_kit.h"

#include <sys/mman.h>
#include <unistd.h>

#include <chrono>
#include <thread>

namespace onnxifi::conformance {
namespace {

constexpr auto kLongest = std::chrono::seconds(20);

void* AsHandle(uintptr_t number) { return reinterpret_cast<void*>(number); }

// A handle of this kind that was live.
void* Released(Test& test, Session& session, HandleKind kind) {
  const Plugin& f = session.plugin();
  onnxStatus status = ONNXIFI_STATUS_SUCCESS;
  void* handle = nullptr;
  switch (kind) {
    case HandleKind::kId:
      return nullptr;
    case HandleKind::kBackend:
      handle = session.NewBackend();
      session.DisownBackend(handle);
      status = f.onnxReleaseBackend(handle);
      break;
    case HandleKind::kGraph:
      if (session.model() == nullptr) return nullptr;
      handle = session.NewGraph(session.model()->bytes);
      session.DisownGraph(handle);
      status = f.onnxReleaseGraph(handle);
      break;
    case HandleKind::kEvent:
      handle = session.NewEvent();
      session.DisownEvent(handle);
      status = f.onnxReleaseEvent(handle);
      break;
  }
  CERTIFY_CHECK(test, status == ONNXIFI_STATUS_SUCCESS,
                "a release: ", StatusText(status));
  return handle;
}

}  // namespace

std::vector<NamedHandle> NotLive(Test& test, Session& session,
                                 HandleKind kind) {
  // Zeros, and a pattern: what a library might look for behind an address.
  alignas(64) static char memory[256] = {};
  static uint64_t numbers[32] = {1, 2, 3, 4, 5};
  std::vector<NamedHandle> all = {
      {"NULL", nullptr},
      {"the number 1", AsHandle(1)},
      {"the largest number", AsHandle(UINTPTR_MAX)},
      {"a number that is no address", AsHandle(0x5a5a5a5a5a5a5a5aU)},
      {"the address of zeros", memory},
      {"an odd address", memory + 1},
      {"the address of numbers", numbers},
      {"the address of a page that cannot be read", Unreadable()},
  };
  void* const own_id = session.id();
  void* const backend = session.backend();
  const ProbeModel* model = session.model();
  // Of graphs there may be only one at a time.
  const bool room = kind != HandleKind::kGraph &&
                    session.InfoNumber(ONNXIFI_BACKEND_MAX_GRAPH_COUNT, 1) > 1;
  void* const graph =
      model == nullptr || !room ? nullptr : session.NewGraph(model->bytes);
  void* const event = session.NewEvent();
  const auto add = [&](HandleKind of, const char* name, void* handle) {
    if (handle == nullptr) return;
    if (of != kind) {
      all.push_back({StrCat("a live ", name), handle});
    } else {
      all.push_back({StrCat("the address behind a live ", name),
                     static_cast<char*>(handle) + 8});
    }
  };
  add(HandleKind::kId, "backend ID", own_id);
  add(HandleKind::kBackend, "backend", backend);
  add(HandleKind::kGraph, "graph", graph);
  add(HandleKind::kEvent, "event", event);
  if (void* released = Released(test, session, kind); released != nullptr) {
    all.push_back({"a released handle", released});
  }
  // Libraries may number their handles: then a number may be a live one.
  std::erase_if(all, [&](const NamedHandle& each) {
    const bool other_kind = each.what.rfind("a live ", 0) == 0;
    return !other_kind && session.Holds(each.value);
  });
  return all;
}

void* Preset() { return AsHandle(0x1122334455667788U); }

void* Unreadable() {
  static void* const page =
      ::mmap(nullptr, static_cast<size_t>(::sysconf(_SC_PAGESIZE)), PROT_NONE,
             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return page == MAP_FAILED ? nullptr : page;
}

bool HasLastError(const Session& session) {
  return session.plugin().Extension<onnxGetLastErrorFunction>(
             session.id(), ONNXIFI_GET_LAST_ERROR_FUNCTION_NAME) != nullptr;
}

void CheckReason(Test& test, const Session& session, std::string_view what) {
  if (!HasLastError(session)) return;
  CERTIFY_CHECK(test, !session.plugin().LastError(session.id()).empty(),
                "the plugin gives no reason for its refusal of ", what);
}

bool NeedsThreads(Test& test, const Session& session) {
  if (!session.ready()) return false;
  if (session.Can(ONNXIFI_CAPABILITY_THREAD_SAFE)) return true;
  test.Unsupported("the backend is used from one thread only");
  return false;
}

bool NeedsGraphs(Test& test, const Session& session, uint64_t count) {
  if (!session.ready()) return false;
  const uint64_t most = session.InfoNumber(ONNXIFI_BACKEND_MAX_GRAPH_COUNT, 1);
  if (most >= count) return true;
  test.Unsupported(StrCat("the backend has only ", most, " graphs at a time"));
  return false;
}

bool NeedsModel(Test& test, const Session& session, const std::string& model,
                std::string_view what) {
  const onnxStatus status = session.plugin().onnxGetBackendCompatibility(
      session.id(), model.size(), model.data());
  if (Accepted(status)) return true;
  if (status >= ONNXIFI_STATUS_UNSUPPORTED_VERSION &&
      status <= ONNXIFI_STATUS_UNSUPPORTED_DATATYPE) {
    test.Count();
    test.Unsupported(StrCat(what, ": ", StatusText(status)));
    return false;
  }
  CERTIFY_CHECK(test, false, what,
                " is a right model, and is refused: ", StatusText(status), ": ",
                session.plugin().LastError(session.id()));
  return false;
}

onnxEventState StateOf(Test& test, onnxEvent event) {
  onnxEventState state = 77;
  CERTIFY_STATUS(test, test.plugin().onnxGetEventState(event, &state),
                 ONNXIFI_STATUS_SUCCESS, "the state of a live event");
  return state;
}

bool PollUntilSignalled(const Plugin& plugin, onnxEvent event) {
  const auto end = std::chrono::steady_clock::now() + kLongest;
  do {
    onnxEventState state = ONNXIFI_EVENT_STATE_INVALID;
    if (plugin.onnxGetEventState(event, &state) == ONNXIFI_STATUS_SUCCESS &&
        state == ONNXIFI_EVENT_STATE_SIGNALLED) {
      return true;
    }
    std::this_thread::yield();
  } while (std::chrono::steady_clock::now() < end);
  return false;
}

void Finish(Test& test, Session& session, onnxEvent done, onnxStatus expected,
            std::string_view what) {
  if (done == nullptr) return;
  CERTIFY_STATUS(test, session.plugin().onnxWaitEvent(done), expected, what);
  session.DisownEvent(done);
  CERTIFY_STATUS(test, session.plugin().onnxReleaseEvent(done),
                 ONNXIFI_STATUS_SUCCESS, what);
}

wire::Names ArgumentsOf(const std::string& op, const std::string& value) {
  return op == "Add" || op == "Mul" ? wire::Names{value, value}
                                    : wire::Names{value};
}

std::string DeclaredModel(const std::string& op, int32_t in_type,
                          const wire::Dims& in, int32_t out_type,
                          const wire::Dims& out, int64_t ir, int64_t opset) {
  return wire::ModelBuilder(ir, opset)
      .Input("x", in_type, in)
      .Output("y", out_type, out)
      .Node(op, ArgumentsOf(op, "x"), {"y"})
      .Build();
}

std::string PairModel(const std::string& op) {
  return wire::ModelBuilder(8, 13)
      .Input("x", wire::kFloat, {2, 3})
      .Input("w", wire::kFloat, {2, 3})
      .Output("y", wire::kFloat, {2, 3})
      .Output("z", wire::kFloat, {2, 3})
      .Node(op, ArgumentsOf(op, "x"), {"y"})
      .Node(op, ArgumentsOf(op, "w"), {"z"})
      .Build();
}

std::string PairWithInitializer(const std::string& op,
                                const std::vector<float>& w) {
  return wire::ModelBuilder(8, 13)
      .Input("x", wire::kFloat, {2, 3})
      .Input("w", wire::kFloat, {2, 3})
      .Output("y", wire::kFloat, {2, 3})
      .Output("z", wire::kFloat, {2, 3})
      .Initializer(wire::TensorOf<float>("w", wire::kFloat, {2, 3}, w))
      .Node(op, ArgumentsOf(op, "x"), {"y"})
      .Node(op, ArgumentsOf(op, "w"), {"z"})
      .Build();
}

std::string TripleModel(const std::string& op) {
  return wire::ModelBuilder(8, 13)
      .Input("x", wire::kFloat, {2, 3})
      .Input("v", wire::kFloat, {2, 3})
      .Input("w", wire::kFloat, {2, 3})
      .Output("y", wire::kFloat, {2, 3})
      .Output("p", wire::kFloat, {2, 3})
      .Output("q", wire::kFloat, {2, 3})
      .Node(op, ArgumentsOf(op, "x"), {"y"})
      .Node(op, ArgumentsOf(op, "v"), {"p"})
      .Node(op, ArgumentsOf(op, "w"), {"q"})
      .Build();
}

std::string ConstantModel(const std::string& op, const std::vector<float>& w) {
  return wire::ModelBuilder(8, 13)
      .Output("z", wire::kFloat, {2, 3})
      .Initializer(wire::TensorOf<float>("w", wire::kFloat, {2, 3}, w))
      .Node(op, ArgumentsOf(op, "w"), {"z"})
      .Build();
}

onnxTensorDescriptorV1 SixFloats(const char* name, const void* data) {
  static constexpr uint64_t kShape[] = {2, 3};
  return Describe(name, ONNXIFI_DATATYPE_FLOAT32, kShape, data);
}

}  // namespace onnxifi::conformance
