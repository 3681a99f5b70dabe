// Interface 1.1: copies between memories.
#include <algorithm>
#include <limits>
#include <thread>

#include "conformance/interface/memories.h"
#include "conformance/interface/runs.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

constexpr size_t kMost = std::numeric_limits<size_t>::max();
constexpr size_t kSize = 16;
constexpr onnxEnum kHost = ONNXIFI_MEMORY_TYPE_CPU;

// A memory of 16 bytes, filled with dots.
class Copier {
 public:
  explicit Copier(Test& test) : test_(test), client_(test) {
    if (!client_.ready() ||
        !client_.client().Offers(client_.client().table().copyMemory,
                                 "copyMemory")) {
      return;
    }
    memory_ = client_.New(kSize);
    ready_ = memory_.buffer != 0 && Fill();
  }
  bool ready() const { return ready_; }
  MemoryClient& client() { return client_; }
  const onnxMemory& memory() const { return memory_; }
  bool Fill() {
    const std::string dots(kSize, '.');
    return client_.Write(memory_, 0, dots.data(), dots.size());
  }
  std::string Bytes() {
    std::string bytes(kSize, '\0');
    client_.Read(memory_, 0, bytes.data(), bytes.size());
    return bytes;
  }
  void Expect(const std::string& wanted, const char* what) {
    const std::string got = Bytes();
    CERTIFY_CHECK(test_, got == wanted, what, ": '", got, "', not '", wanted,
                  "'");
  }
  // Copies and waits; it must work.
  void Copy(const std::vector<onnxMemoryCopy>& copies, const char* what,
            const std::vector<onnxEvent>& waits = {}) {
    const onnxStatus status = client_.Copy(copies, waits);
    CERTIFY_CHECK(test_, status == ONNXIFI_STATUS_SUCCESS, what, ": ",
                  StatusText(status), ": ", client_.client().LastError());
  }
  // Starts a copy of "x" to the first byte; NULL: the test has failed.
  onnxEvent Start(const std::vector<onnxEvent>& waits) {
    onnxEvent event = nullptr;
    const onnxMemoryCopy copy = Up("x", memory_, 0, 1);
    const onnxStatus status = client_.Copy({&copy, 1}, waits, &event);
    CERTIFY_CHECK(test_, status == ONNXIFI_STATUS_SUCCESS && event != nullptr,
                  "copyMemory: ", StatusText(status), ": ",
                  client_.client().LastError());
    if (event != nullptr) client_.session().OwnEvent(event);
    return event;
  }
  onnxMemoryCopy Across(size_t from, size_t to, size_t size) const {
    return CopyOf(memory_.memoryType, memory_.buffer + from, memory_.memoryType,
                  memory_.buffer + to, size);
  }
  onnxEventState State(onnxEvent event) {
    onnxEventState state = ONNXIFI_EVENT_STATE_INVALID;
    CERTIFY_STATUS(test_, test_.plugin().onnxGetEventState(event, &state),
                   ONNXIFI_STATUS_SUCCESS, "of a copy");
    return state;
  }

 private:
  Test& test_;
  MemoryClient client_;
  onnxMemory memory_ = {};
  bool ready_ = false;
};

void BatchesGoInOrder(Test& test) {
  Copier copier(test);
  if (!copier.ready()) return;
  const onnxMemory& memory = copier.memory();
  std::string out(8, '-');
  copier.Copy({Up("abcdefgh", memory, 0, 8), copier.Across(2, 8, 4),
               Up("XY", memory, 3, 2), Down(memory, 2, out.data(), 8)},
              "a batch");
  copier.Expect("abcXYfghcdef....", "a batch is copied in its order");
  CERTIFY_CHECK(test, out == "cXYfghcd", "copied back: '", out, "'");
  copier.Copy({}, "an empty batch");
  copier.Copy({Up("?", memory, kSize - 1, 1)}, "the last byte");
  copier.Expect("abcXYfghcdef...?", "the last byte");
  // Large ones, at odd addresses.
  const onnxMemory large = copier.client().New(1000003);
  CERTIFY_REQUIRE(test, large.buffer != 0, "no memory");
  std::vector<unsigned char> from(1000003);
  for (size_t i = 0; i < from.size(); ++i) {
    from[i] = static_cast<unsigned char>(i * 7 + i / 256);
  }
  std::vector<unsigned char> to(from.size(), 0);
  copier.Copy({Up(from.data() + 1, large, 1, from.size() - 1),
               Down(large, 1, to.data() + 1, from.size() - 1)},
              "a megabyte");
  CERTIFY_CHECK(test, std::equal(from.begin() + 1, from.end(), to.begin() + 1),
                "a megabyte comes back changed");
}

void BeginsWhenAllAreSignalled(Test& test) {
  Copier copier(test);
  if (!copier.ready()) return;
  Session& session = copier.client().session();
  for (const size_t count : {0, 1, 2, 5}) {
    CERTIFY_REQUIRE(test, copier.Fill(), "no memory");
    std::vector<onnxEvent> waits;
    for (size_t i = 0; i < count; ++i) waits.push_back(session.NewEvent());
    onnxEvent event = copier.Start(waits);
    CERTIFY_REQUIRE(test, event != nullptr, "no event");
    std::shuffle(waits.begin(), waits.end(), test.random());
    for (size_t i = 0; i < count; ++i) {
      if (i + 1 == count) {
        std::this_thread::sleep_for(std::chrono::milliseconds(3));
      }
      CERTIFY_CHECK(test,
                    copier.State(event) == ONNXIFI_EVENT_STATE_NONSIGNALLED,
                    "a copy has ended when ", i, " of ", count,
                    " wait events were signalled");
      if (copier.memory().hostPointer != nullptr) {
        CERTIFY_CHECK(test, copier.Bytes()[0] == '.',
                      "a copy began before its wait events");
      }
      CERTIFY_STATUS(test, test.plugin().onnxSignalEvent(waits[i]),
                     ONNXIFI_STATUS_SUCCESS, "a wait event");
    }
    CERTIFY_STATUS(test, test.plugin().onnxWaitEvent(event),
                   ONNXIFI_STATUS_SUCCESS,
                   copier.client().client().LastError());
    copier.Expect("x...............", "all are signalled");
    // Without an event the call waits for itself.
    if (!waits.empty()) {
      copier.Copy({Up("y", copier.memory(), 0, 1)}, "waits signalled before",
                  waits);
      copier.Expect("y...............", "waits signalled before");
    }
  }
}

void WithoutAnEventTheCallWaits(Test& test) {
  Copier copier(test);
  if (!copier.ready()) return;
  Session& session = copier.client().session();
  if ((session.InfoNumber(ONNXIFI_BACKEND_CAPABILITIES, 0) &
       ONNXIFI_CAPABILITY_THREAD_SAFE) == 0) {
    copier.client().client().Unsupported("the backend is not THREAD_SAFE");
    return;
  }
  const std::vector<onnxEvent> waits = {session.NewEvent(), session.NewEvent()};
  onnxStatus signalled[2] = {};
  std::thread signals([&] {
    for (size_t i = 0; i < 2; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      signalled[i] = test.plugin().onnxSignalEvent(waits[i]);
    }
  });
  copier.Copy({Up("x", copier.memory(), 0, 1)}, "a call that waits", waits);
  copier.Expect("x...............", "a call that waits");
  signals.join();
  for (const onnxStatus status : signalled) {
    CERTIFY_CHECK(test, status == ONNXIFI_STATUS_SUCCESS,
                  "onnxSignalEvent: ", StatusText(status));
  }
}

void AReleasedWaitEventEndsTheCopy(Test& test) {
  Copier copier(test);
  if (!copier.ready()) return;
  Session& session = copier.client().session();
  for (const size_t count : {1, 2, 3}) {
    std::vector<onnxEvent> waits;
    for (size_t i = 0; i < count; ++i) waits.push_back(session.NewEvent());
    onnxEvent event = copier.Start(waits);
    CERTIFY_REQUIRE(test, event != nullptr, "no event");
    session.DisownEvent(waits.back());
    CERTIFY_STATUS(test, test.plugin().onnxReleaseEvent(waits.back()),
                   ONNXIFI_STATUS_SUCCESS, "a wait event");
    for (size_t i = 0; i + 1 < count; ++i) {
      CERTIFY_STATUS(test, test.plugin().onnxSignalEvent(waits[i]),
                     ONNXIFI_STATUS_SUCCESS, "a wait event");
    }
    CERTIFY_STATUS(test, test.plugin().onnxWaitEvent(event),
                   ONNXIFI_STATUS_INTERNAL_ERROR,
                   "a copy whose wait event was released unsignalled");
    copier.Expect("................", "nothing is copied");
  }
}

// A run gates a copy, which gates a run.
void CopiesAndRunsGateEachOther(Test& test) {
  Copier copier(test);
  if (!copier.ready()) return;
  Session& session = copier.client().session();
  const ProbeModel& model = *session.model();
  onnxGraph first = session.NewGraph(model.bytes);
  onnxGraph second = session.NewGraph(model.bytes);
  ProbeTensors one({2, 3}, 3);
  ProbeTensors two({2, 3}, 40);
  const onnxMemory memory = copier.client().New(24);
  CERTIFY_REQUIRE(test,
                  first != nullptr && second != nullptr && memory.buffer != 0 &&
                      session.Bind(first, one) && session.Bind(second, two),
                  "no graphs");
  for (const bool fails : {false, true}) {
    onnxEvent gate = session.NewEvent();
    onnxEvent ran = session.Start(first, gate);
    onnxEvent copied = nullptr;
    const onnxMemoryCopy copies[] = {Up(one.y.bytes().data(), memory, 0, 24),
                                     Down(memory, 0, two.x.bytes().data(), 24)};
    CERTIFY_STATUS(test, copier.client().Copy(copies, {ran}, &copied),
                   ONNXIFI_STATUS_SUCCESS, session.plugin().LastError(nullptr));
    CERTIFY_REQUIRE(test, copied != nullptr, "no event");
    session.OwnEvent(copied);
    onnxEvent done = session.Start(second, copied);
    if (fails) {
      session.DisownEvent(gate);
      CERTIFY_STATUS(test, test.plugin().onnxReleaseEvent(gate),
                     ONNXIFI_STATUS_SUCCESS, "a gate");
    } else {
      CERTIFY_STATUS(test, test.plugin().onnxSignalEvent(gate),
                     ONNXIFI_STATUS_SUCCESS, "a gate");
    }
    const onnxStatus wanted =
        fails ? ONNXIFI_STATUS_INTERNAL_ERROR : ONNXIFI_STATUS_SUCCESS;
    CERTIFY_STATUS(test, test.plugin().onnxWaitEvent(done), wanted,
                   "a run behind a copy behind a run");
    CERTIFY_STATUS(test, test.plugin().onnxWaitEvent(copied), wanted,
                   "a copy behind a run");
    for (size_t i = 0; !fails && i < 6; ++i) {
      const float x = one.y.as<float>()[i];
      CERTIFY_CHECK(test, two.x.as<float>()[i] == x,
                    "the copy did not wait for the run");
      CERTIFY_CHECK(test, two.y.as<float>()[i] == model.result(x),
                    "the run did not wait for the copy");
    }
  }
  for (onnxGraph graph : {first, second}) {
    session.DisownGraph(graph);
    CERTIFY_STATUS(test, test.plugin().onnxReleaseGraph(graph),
                   ONNXIFI_STATUS_SUCCESS, "at the end");
  }
}

void RangesAreChecked(Test& test) {
  Copier copier(test);
  if (!copier.ready()) return;
  const onnxMemory& memory = copier.memory();
  if (memory.memoryType == kHost) {
    copier.client().client().Unsupported("its memory is plain host memory");
    return;
  }
  char byte = 0;
  const auto refused = [&](const char* what, onnxMemoryCopy bad,
                           onnxStatus wanted) {
    // The one before it is good, and must not happen.
    const onnxMemoryCopy copies[] = {Up("z", memory, 0, 1), bad};
    onnxEvent event = &event;
    CERTIFY_STATUS(test, copier.client().Copy(copies, {}, &event), wanted,
                   what);
    CERTIFY_CHECK(test, event == nullptr, "*event is not NULL: ", what);
    CERTIFY_STATUS(test, copier.client().Copy(copies), wanted, what);
  };
  constexpr onnxStatus kLocation = ONNXIFI_STATUS_INVALID_MEMORY_LOCATION;
  const size_t size = memory.size;
  refused("behind its end", Up(&byte, memory, size, 1), kLocation);
  refused("in front of it", Up(&byte, memory, kMost, 1), kLocation);
  refused("over its end", Up(&byte, memory, 1, size), kLocation);
  refused("of all memory there is", Up(&byte, memory, 0, kMost), kLocation);
  refused("from NULL", Up(nullptr, memory, 0, 1), kLocation);
  refused("to NULL", Down(memory, 0, nullptr, 1), kLocation);
  refused("read behind its end", Down(memory, size, &byte, 1), kLocation);
  refused("read over its end", Down(memory, size - 1, &byte, 2), kLocation);
  refused("across its end", copier.Across(0, size - 4, 5), kLocation);
  onnxMemoryCopy bad = Up(&byte, memory, 0, 1);
  bad.to = 0;
  refused("to buffer 0", bad, kLocation);
  bad = Up(&byte, memory, 0, 1);
  bad.fromType = onnxEnum{1} << 40;
  refused("from an unknown type", bad, ONNXIFI_STATUS_INVALID_MEMORY_TYPE);
  bad = Up(&byte, memory, 0, 1);
  bad.toType = onnxEnum{1} << 40;
  refused("to an unknown type", bad, ONNXIFI_STATUS_INVALID_MEMORY_TYPE);
  copier.Expect("................", "nothing of a refused batch is copied");
  CERTIFY_STATUS(test, copier.client().Free(memory), ONNXIFI_STATUS_SUCCESS,
                 "a memory");
  const onnxMemoryCopy freed = Up(&byte, memory, 0, 1);
  CERTIFY_STATUS(test, copier.client().Copy({&freed, 1}), kLocation,
                 "to freed memory");
}

void BadArguments(Test& test) {
  Copier copier(test);
  if (!copier.ready()) return;
  const auto copy = copier.client().client().table().copyMemory;
  onnxEvent event = &event;
  auto good = New<onnxCopyMemoryArguments>();
  good.backend = copier.client().session().backend();
  good.event = &event;
  const auto refused = [&](const char* what, onnxStatus wanted, auto spoil) {
    auto bad = good;
    spoil(bad);
    event = &event;
    CERTIFY_STATUS(test, copy(&bad), wanted, what);
    CERTIFY_CHECK(test, event == nullptr, "*event is not NULL: ", what);
  };
  using A = onnxCopyMemoryArguments;
  refused("copies == NULL", ONNXIFI_STATUS_INVALID_POINTER,
          [](A& a) { a.copiesCount = 1; });
  refused("waitEvents == NULL", ONNXIFI_STATUS_INVALID_POINTER,
          [](A& a) { a.waitCount = 1; });
  for (const NoHandle& none : NoHandles()) {
    refused(none.what, ONNXIFI_STATUS_INVALID_BACKEND,
            [&](A& a) { a.backend = none.value; });
    onnxEvent waits[] = {none.value};
    refused(none.what, ONNXIFI_STATUS_INVALID_EVENT, [&](A& a) {
      a.waitCount = 1;
      a.waitEvents = waits;
    });
  }
}

// ---- queryCopy

void QueryCopyTellsTheTruth(Test& test) {
  Client11 client(test);
  const auto query = client.table().queryCopy;
  if (!client.Offers(query, "queryCopy")) return;
  const onnxEnum kTypes[] = {kHost,
                             ONNXIFI_MEMORY_TYPE_CUDA_BUFFER,
                             ONNXIFI_MEMORY_TYPE_OPENCL_BUFFER,
                             ONNXIFI_MEMORY_TYPE_OPENGLES_TEXTURE_2D,
                             ONNXIFI_MEMORY_TYPE_D3D_RESOURCE,
                             ONNXIFI_MEMORY_TYPE_DEVICE};
  char from = 'a';
  char to = 'b';
  for (const onnxEnum one : kTypes) {
    for (const onnxEnum other : kTypes) {
      onnxCopySupport support[2] = {};
      for (onnxCopySupport& answer : support) {
        answer.structSize = sizeof(answer);
        auto arguments = New<onnxQueryCopyArguments>();
        arguments.backendID = client.id();
        arguments.fromType = one;
        arguments.toType = other;
        arguments.support = &answer;
        CERTIFY_STATUS(test, query(&arguments), ONNXIFI_STATUS_SUCCESS,
                       "from type ", one, " to ", other);
        CERTIFY_CHECK(
            test,
            answer.support <= ONNXIFI_COPY_STAGED && answer.latencyNs >= -1,
            "from type ", one, " to ", other, ": support ", answer.support,
            ", latency ", answer.latencyNs);
      }
      CERTIFY_CHECK(test,
                    support[0].support == support[1].support &&
                        support[0].latencyNs == support[1].latencyNs &&
                        support[0].bytesPerSecond == support[1].bytesPerSecond,
                    "another answer the second time");
      // NONE is refused; between host memories nothing else can go wrong.
      if (client.table().copyMemory == nullptr) continue;
      const bool none = support[0].support == ONNXIFI_COPY_NONE;
      const bool host = one == kHost && other == kHost;
      // Where copies are offered, NULL is what is wrong with this one.
      const onnxMemoryCopy copy =
          none || host ? CopyOf(one, AddressOf(&from), other, AddressOf(&to), 1)
                       : CopyOf(one, 0, other, 0, 1);
      auto arguments = New<onnxCopyMemoryArguments>();
      arguments.backend = client.session().backend();
      arguments.copies = &copy;
      arguments.copiesCount = 1;
      CERTIFY_STATUS(test, client.table().copyMemory(&arguments),
                     none   ? ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE
                     : host ? ONNXIFI_STATUS_SUCCESS
                            : ONNXIFI_STATUS_INVALID_MEMORY_LOCATION,
                     "queryCopy says so, from type ", one, " to ", other);
    }
  }
}

void QueryCopyRefusesBadArguments(Test& test) {
  Client11 client(test);
  const auto query = client.table().queryCopy;
  if (!client.Offers(query, "queryCopy")) return;
  auto support = New<onnxCopySupport>();
  support.support = 77;
  auto good = New<onnxQueryCopyArguments>();
  good.backendID = client.id();
  good.support = &support;
  using A = onnxQueryCopyArguments;
  const auto refused = [&](const char* what, onnxStatus wanted, auto spoil) {
    auto bad = good;
    spoil(bad);
    CERTIFY_STATUS(test, query(&bad), wanted, what);
    CERTIFY_CHECK(test, support.support == 77, "*support was changed: ", what);
  };
  for (const NoHandle& none : NoHandles()) {
    refused(none.what, ONNXIFI_STATUS_INVALID_ID,
            [&](A& a) { a.backendID = none.value; });
  }
  for (const onnxEnum type : {onnxEnum{3}, onnxEnum{1} << 40}) {
    refused("an unknown type", ONNXIFI_STATUS_INVALID_MEMORY_TYPE,
            [&](A& a) { a.fromType = type; });
    refused("an unknown type", ONNXIFI_STATUS_INVALID_MEMORY_TYPE,
            [&](A& a) { a.toType = type; });
  }
  refused("support == NULL", ONNXIFI_STATUS_INVALID_POINTER,
          [](A& a) { a.support = nullptr; });
  for (const uint32_t size :
       {uint32_t{0}, uint32_t{8}, static_cast<uint32_t>(sizeof(support) - 1)}) {
    support.structSize = size;
    refused("support->structSize is too small", ONNXIFI_STATUS_INVALID_SIZE,
            [](A&) {});
  }
}

}  // namespace

void AddCopyTests(TestList* list) {
  const std::string at = "interface/copy/";
  list->profile = Profile::kMemory;
  list->Add(at + "batches_go_in_order", {"R-ext-49"}, &BatchesGoInOrder);
  list->Add(at + "begins_when_all_are_signalled", {"R-ext-49"},
            &BeginsWhenAllAreSignalled);
  list->Add(at + "without_an_event_the_call_waits", {"R-ext-49"},
            &WithoutAnEventTheCallWaits);
  list->Add(at + "released_wait_event", {"R-ext-49"},
            &AReleasedWaitEventEndsTheCopy);
  list->Add(at + "copies_and_runs", {"R-ext-49", "R-ext-43"},
            &CopiesAndRunsGateEachOther);
  list->Add(at + "ranges_are_checked", {"R-ext-50"}, &RangesAreChecked);
  list->Add(at + "bad_arguments", {"R-ext-49"}, &BadArguments);
  list->Add(at + "query_tells_the_truth", {"R-ext-51"},
            &QueryCopyTellsTheTruth);
  list->Add(at + "query_bad_arguments", {"R-ext-51"},
            &QueryCopyRefusesBadArguments);
}

}  // namespace onnxifi::conformance
