// Mutants of interface 1.1: startRun.
#include <memory>
#include <vector>

#include "conformance/mutants/interface_mutant.h"

namespace onnxifi::mutants {
namespace {

using T = onnxPluginInterface;

// ---- Arguments ----

void NoWaiting(onnxStartRunArguments& run) {
  run.waitCount = 0;
  run.waitEvents = nullptr;
}
void FirstEvent(onnxStartRunArguments& run) {
  if (run.waitCount > 1) run.waitCount = 1;
}
void NoCancelling(onnxStartRunArguments& run) { run.cancelEvent = nullptr; }
void NoDeadline(onnxStartRunArguments& run) { run.deadlineNs = 0; }
void AnyDeadline(onnxStartRunArguments& run) {
  if (run.deadlineNs != 0) run.deadlineNs = 1;
}
void NoProfile(onnxStartRunArguments& run) { run.profile = nullptr; }
void NextIgnored(onnxStartRunArguments& run) { run.next = nullptr; }

// What it binds stays bound.
onnxStatus ONNXIFI_ABI Binds(const onnxStartRunArguments* run);

// ---- The end of a run ----

// The client's function, until it is called.
struct Done {
  onnxRunDoneCallback done;
  void* context;
};
using OnDone = void (*)(const Done& client, uint64_t id, onnxStatus status);

template <OnDone kHow>
void ONNXIFI_ABI TellDone(void* context, uint64_t id, onnxStatus status) {
  const std::unique_ptr<Done> client(static_cast<Done*>(context));
  kHow(*client, id, status);
}

template <OnDone kHow>
onnxStatus ONNXIFI_ABI WithDone(const onnxStartRunArguments* run) {
  if (!Whole(run) || run->done == nullptr) return BaseTable().startRun(run);
  onnxStartRunArguments changed = *run;
  auto client = std::make_unique<Done>(Done{run->done, run->doneContext});
  changed.done = &TellDone<kHow>;
  changed.doneContext = client.get();
  const onnxStatus status = BaseTable().startRun(&changed);
  // From now on it is the callback's.
  if (status == ONNXIFI_STATUS_SUCCESS) static_cast<void>(client.release());
  return status;
}

void Twice(const Done& client, uint64_t id, onnxStatus status) {
  client.done(client.context, id, status);
  client.done(client.context, id, status);
}
void Never(const Done&, uint64_t, onnxStatus) {}
void OtherId(const Done& client, uint64_t id, onnxStatus status) {
  client.done(client.context, id + 1, status);
}
void AlwaysWell(const Done& client, uint64_t id, onnxStatus) {
  client.done(client.context, id, ONNXIFI_STATUS_SUCCESS);
}
void AlwaysIll(const Done& client, uint64_t id, onnxStatus) {
  client.done(client.context, id, ONNXIFI_STATUS_INTERNAL_ERROR);
}
void CancelledIsIll(const Done& client, uint64_t id, onnxStatus status) {
  client.done(client.context, id,
              status == ONNXIFI_STATUS_CANCELLED ? ONNXIFI_STATUS_INTERNAL_ERROR
                                                 : status);
}

// Tells the end before the run has begun.
onnxStatus ONNXIFI_ABI DoneAtOnce(const onnxStartRunArguments* run) {
  const onnxStatus status = WithDone<&Never>(run);
  if (status == ONNXIFI_STATUS_SUCCESS && run->done != nullptr) {
    run->done(run->doneContext, run->correlationId, ONNXIFI_STATUS_SUCCESS);
  }
  return status;
}

// A call that is refused tells an end, too.
onnxStatus ONNXIFI_ABI DoneOnError(const onnxStartRunArguments* run) {
  const onnxStatus status = BaseTable().startRun(run);
  if (status != ONNXIFI_STATUS_SUCCESS && Whole(run) && run->done != nullptr) {
    run->done(run->doneContext, run->correlationId, status);
  }
  return status;
}

onnxStatus ONNXIFI_ABI StaleEvent(const onnxStartRunArguments* run) {
  const bool readable = Whole(run) && run->event != nullptr;
  const onnxEvent before = readable ? *run->event : nullptr;
  const onnxStatus status = BaseTable().startRun(run);
  if (readable && status != ONNXIFI_STATUS_SUCCESS) *run->event = before;
  return status;
}

void ONNXIFI_ABI Nothing(void*, uint64_t, onnxStatus) {}
onnxStatus ONNXIFI_ABI NeitherOfBoth(const onnxStartRunArguments* run) {
  if (!Whole(run) || run->event != nullptr || run->done != nullptr) {
    return BaseTable().startRun(run);
  }
  onnxStartRunArguments changed = *run;
  changed.done = &Nothing;
  return BaseTable().startRun(&changed);
}

// ---- Profiles ----

struct Profile {
  onnxProfileCallback profile;
  void* context;
};
using OnProfile = void (*)(const Profile& client,
                           std::vector<onnxProfileEvent> events);

template <OnProfile kHow>
void ONNXIFI_ABI TellProfile(void* context, uint32_t count,
                             const onnxProfileEvent* events) {
  const std::unique_ptr<Profile> client(static_cast<Profile*>(context));
  kHow(*client, {events, events + count});
}

// A profile that never comes leaves a few bytes behind.
template <OnProfile kHow>
void WithProfile(onnxStartRunArguments& run) {
  if (run.profile == nullptr) return;
  run.profileContext = new Profile{run.profile, run.profileContext};
  run.profile = &TellProfile<kHow>;
}

void Tell(const Profile& client, const std::vector<onnxProfileEvent>& events) {
  client.profile(client.context, static_cast<uint32_t>(events.size()),
                 events.data());
}
void ProfileTwice(const Profile& client, std::vector<onnxProfileEvent> events) {
  Tell(client, events);
  Tell(client, events);
}
void ProfileOtherId(const Profile& client,
                    std::vector<onnxProfileEvent> events) {
  for (onnxProfileEvent& event : events) ++event.correlationId;
  Tell(client, events);
}
void ProfileNoNames(const Profile& client,
                    std::vector<onnxProfileEvent> events) {
  for (onnxProfileEvent& event : events) event.name = nullptr;
  Tell(client, events);
}
void ProfileOtherClock(const Profile& client,
                       std::vector<onnxProfileEvent> events) {
  for (onnxProfileEvent& event : events) event.startNs = 1;
  Tell(client, events);
}
void ProfileOddKind(const Profile& client,
                    std::vector<onnxProfileEvent> events) {
  for (onnxProfileEvent& event : events) event.kind = 99;
  Tell(client, events);
}

// ---- Mutants of the core functions that are about such runs ----

// The descriptors of a run are bound to the graph, too.
class BindsForGood final : public Mutant {
 public:
  explicit BindsForGood(const BasePlugin& base) : Mutant(base) {
    core_ = &base;
  }
  void ChangeInterface(const onnxPluginInterface&,
                       onnxPluginInterface* table) override {
    table->startRun = &Binds;
  }
  static const BasePlugin* core() { return core_; }

 private:
  static const BasePlugin* core_;
};
const BasePlugin* BindsForGood::core_ = nullptr;

onnxStatus ONNXIFI_ABI Binds(const onnxStartRunArguments* run) {
  const onnxStatus status = BaseTable().startRun(run);
  if (status == ONNXIFI_STATUS_SUCCESS && run->outputsCount > 0) {
    Ignore(BindsForGood::core()->onnxSetGraphIO(
        run->graph, run->inputsCount, run->inputDescriptors, run->outputsCount,
        run->outputDescriptors));
  }
  return status;
}

// A wait for a run reports `from` as `to`.
template <onnxStatus kFrom, onnxStatus kTo>
class WaitSays final : public Mutant {
 public:
  using Mutant::Mutant;
  onnxStatus onnxWaitEvent(onnxEvent event) override {
    const onnxStatus status = base_.onnxWaitEvent(event);
    return status == kFrom ? kTo : status;
  }
};

constexpr TableRow kRows[] = {
    {"start_ignores_events", &Before<&T::startRun, &NoWaiting>,
     "startRun does not wait for its events"},
    {"start_waits_for_first", &Before<&T::startRun, &FirstEvent>,
     "startRun waits for the first of its events alone"},
    {"start_ignores_cancel", &Before<&T::startRun, &NoCancelling>,
     "a run is not cancelled"},
    {"start_ignores_deadline", &Before<&T::startRun, &NoDeadline>,
     "a run has no deadline"},
    {"start_deadline_at_once", &Before<&T::startRun, &AnyDeadline>,
     "every deadline has passed already"},
    {"start_next", &Before<&T::startRun, &NextIgnored>,
     "startRun ignores a chain of extensions"},
    {"start_stale_graph",
     &SwapStatus<&T::startRun, ONNXIFI_STATUS_INVALID_GRAPH,
                 ONNXIFI_STATUS_SUCCESS>,
     "startRun accepts a graph that is not live"},
    {"start_stale_event",
     &SwapStatus<&T::startRun, ONNXIFI_STATUS_INVALID_EVENT,
                 ONNXIFI_STATUS_SUCCESS>,
     "startRun accepts an event that is not live"},
    {"start_stale_on_error", &Replace<&T::startRun, &StaleEvent>,
     "a failing startRun does not store NULL"},
    {"start_neither_event_nor_done", &Replace<&T::startRun, &NeitherOfBoth>,
     "startRun accepts a run of whose end nobody is told"},
    {"done_twice", &Replace<&T::startRun, &WithDone<&Twice>>,
     "the end of a run is told twice"},
    {"done_never", &Replace<&T::startRun, &WithDone<&Never>>,
     "the end of a run is not told"},
    {"done_at_once", &Replace<&T::startRun, &DoneAtOnce>,
     "the end of a run is told when it is accepted"},
    {"done_on_error", &Replace<&T::startRun, &DoneOnError>,
     "the end of a run is told that was refused"},
    {"done_other_id", &Replace<&T::startRun, &WithDone<&OtherId>>,
     "the end of a run is told with another id"},
    {"done_always_well", &Replace<&T::startRun, &WithDone<&AlwaysWell>>,
     "the end of every run is a success"},
    {"done_always_ill", &Replace<&T::startRun, &WithDone<&AlwaysIll>>,
     "the end of every run is a failure"},
    {"done_cancelled_is_failure",
     &Replace<&T::startRun, &WithDone<&CancelledIsIll>>,
     "a cancelled run is told as an internal error"},
    {"profile_never", &Before<&T::startRun, &NoProfile>,
     "there is no profile of a run"},
    {"profile_twice", &Before<&T::startRun, &WithProfile<&ProfileTwice>>,
     "the profile of a run comes twice"},
    {"profile_other_id", &Before<&T::startRun, &WithProfile<&ProfileOtherId>>,
     "the profile is of a run with another id"},
    {"profile_no_names", &Before<&T::startRun, &WithProfile<&ProfileNoNames>>,
     "what a profile tells has no names"},
    {"profile_other_clock",
     &Before<&T::startRun, &WithProfile<&ProfileOtherClock>>,
     "a profile has times of another clock"},
    {"profile_odd_kind", &Before<&T::startRun, &WithProfile<&ProfileOddKind>>,
     "a profile has kinds that are none of the list"},
};

}  // namespace

void AddStartRunMutants(std::vector<MutantInfo>* list) {
  AddTableRows(kRows, list);
  const auto add = [list](const char* name, const char* what,
                          std::unique_ptr<Mutant> (*make)(const BasePlugin&)) {
    list->push_back({name, Area::kInterface, what, make});
  };
  add("start_binds", "the descriptors of a run stay bound",
      &MakeMutant<BindsForGood>);
  add("wait_hides_cancel", "a wait for a cancelled run succeeds",
      &MakeMutant<WaitSays<ONNXIFI_STATUS_CANCELLED, ONNXIFI_STATUS_SUCCESS>>);
  add("wait_cancel_is_failure",
      "a wait for a cancelled run reports an internal error",
      &MakeMutant<
          WaitSays<ONNXIFI_STATUS_CANCELLED, ONNXIFI_STATUS_INTERNAL_ERROR>>);
  add("wait_deadline_is_cancel",
      "a wait for a run that was too late reports a cancelled one",
      &MakeMutant<WaitSays<ONNXIFI_STATUS_DEADLINE_EXCEEDED,
                           ONNXIFI_STATUS_CANCELLED>>);
  add("wait_hides_failure", "a wait for a run that has failed succeeds",
      &MakeMutant<
          WaitSays<ONNXIFI_STATUS_INTERNAL_ERROR, ONNXIFI_STATUS_SUCCESS>>);
}

}  // namespace onnxifi::mutants
