"""A client in another language, made from nothing but the server's reflection.

Proposes on the stream, approves one candidate, waits for its outcome on the watch stream, and reads the result.
Also sends what must be refused. Prints one JSON object; exits 1 with a sentence when something is not as it should be.

usage: reflected_client.py ADDRESS PROPOSER_TOKEN REVIEWER_TOKEN WORKSPACE
"""

import json
import sys

import grpc
from google.protobuf import descriptor_pool, message_factory
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

PACKAGE = "countersign.candidate.v1"
DEADLINE_SECS = 60


class Client:
    """Calls rpcs by name, with types that the server described."""

    def __init__(self, channel, pool, service, token):
        self._channel = channel
        self._pool = pool
        self._service = pool.FindServiceByName(f"{PACKAGE}.{service}")
        self._metadata = (("authorization", f"Bearer {token}"),)

    def call(self, rpc, request, *, streams_in=False):
        method = self._service.FindMethodByName(rpc)
        answer = message_factory.GetMessageClass(method.output_type)
        kind = ("stream" if streams_in else "unary") + "_" + ("stream" if method.server_streaming else "unary")
        stub = getattr(self._channel, kind)(
            f"/{self._service.full_name}/{rpc}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=answer.FromString,
        )
        return stub(request, metadata=self._metadata, timeout=DEADLINE_SECS)


def main():
    address, proposer_token, reviewer_token, workspace = sys.argv[1:5]
    channel = grpc.insecure_channel(address)
    pool = descriptor_pool.DescriptorPool(ProtoReflectionDescriptorDatabase(channel))

    def message(kind, /, **fields):
        return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{PACKAGE}.{kind}"))(**fields)

    proposals = Client(channel, pool, "ProposalService", proposer_token)
    reviews = Client(channel, pool, "ReviewService", reviewer_token)
    parent = f"workspaces/{workspace}"

    def proposal(number, action_type="create_task"):
        payload = {"subject": f"Call back {number}", "owner": "humans/anna", "due": "2026-12-01"}
        return message(
            "Proposal",
            trigger=message("Trigger", source_system="crm", type="form_submitted", source_id=f"form-{number}"),
            record=message("RecordReference", system="crm", object_type="deal", id=f"D-{number}", display_name="Deal"),
            context_summary="A customer asked to be called back.",
            evidence=[
                message("Evidence", kind=kind, title="Form", summary="The form asks for a call.")
                for kind in required_kinds[action_type]
            ],
            owner="humans/anna",
            action_type=action_type,
            payload_json=json.dumps(payload),
            reason="The form asks for a call.",
        )

    catalogue = proposals.call("ListActionTypes", message("ListActionTypesRequest", parent=parent)).action_types
    required_kinds = {entry.name: list(entry.required_evidence_kinds) or ["note"] for entry in catalogue}

    # 1. Propose on the stream: five good items, one of an unknown type in the middle.
    def items():
        for number in range(5):
            yield message(
                "StreamProposalsRequest", parent=parent, request_id=f"python-{number}", proposal=proposal(number)
            )
            if number == 2:
                odd = proposal(number)
                odd.action_type = "launch_rocket"
                yield message("StreamProposalsRequest", parent=parent, request_id="python-odd", proposal=odd)

    answers = list(proposals.call("StreamProposals", items(), streams_in=True))
    check([a.request_id for a in answers] == [f"python-{n}" for n in (0, 1, 2)] + ["python-odd"]
          + [f"python-{n}" for n in (3, 4)], "answers come in the order sent")
    accepted = [a.accepted for a in answers if a.WhichOneof("result") == "accepted"]
    refused = [a.refused for a in answers if a.WhichOneof("result") == "refused"]
    check(len(accepted) == 5 and len(refused) == 1, "five are kept, one is refused")
    check(reason_of(refused[0].details) == "ACTION_TYPE_UNKNOWN", "the refusal names its reason")

    # The same stream again: the same candidates, nothing new.
    again = list(proposals.call("StreamProposals", items(), streams_in=True))
    check([a.accepted.candidate for a in again if a.WhichOneof("result") == "accepted"]
          == [a.candidate for a in accepted], "the same request ids give the same candidates")
    check(all(a.accepted.replayed for a in again if a.WhichOneof("result") == "accepted"), "they are marked replayed")

    # 2. Approve one: a wrong digest and a stale etag are refused, the right ones are taken.
    name = accepted[0].candidate
    candidate = reviews.call("GetCandidate", message("GetCandidateRequest", name=name)).candidate

    def approve(request_id, **changed):
        fields = {"name": name, "request_id": request_id, "etag": candidate.etag, "digest": candidate.payload.digest}
        return reviews.call("ApproveCandidate", message("ApproveCandidateRequest", **{**fields, **changed}))

    check(refusal(lambda: approve("python-wrong", digest=bytes(32))) == grpc.StatusCode.FAILED_PRECONDITION,
          "a wrong digest is refused")
    check(refusal(lambda: approve("python-stale", etag="r999")) == grpc.StatusCode.ABORTED, "a stale etag is refused")
    machine = Client(channel, pool, "ReviewService", proposer_token)
    check(refusal(lambda: machine.call("ApproveCandidate", message(
        "ApproveCandidateRequest", name=name, request_id="python-machine", etag=candidate.etag,
        digest=candidate.payload.digest))) == grpc.StatusCode.PERMISSION_DENIED, "a generator cannot approve")
    nobody = Client(channel, pool, "ReviewService", "cs_nobody_nothing")
    check(refusal(lambda: nobody.call("GetCandidate", message("GetCandidateRequest", name=name)))
          == grpc.StatusCode.UNAUTHENTICATED, "an unknown token is refused")
    approve("python-approve")

    # 3. Wait for the outcome on the watch stream, then read it.
    kinds = []
    watch = proposals.call("WatchOutcomes", message("WatchOutcomesRequest", parent=parent))
    for answer in watch:
        if answer.event.event.candidate == name:
            kinds.append(answer.event.event.WhichOneof("event"))
            if kinds[-1] in ("candidate_executed", "execution_failed", "outcome_lost"):
                break
    watch.cancel()
    check(kinds == ["candidate_proposed", "candidate_approved", "execution_started", "candidate_executed"],
          f"the outcome is seen in order, not {kinds}")
    answer = reviews.call("GetCandidate", message("GetCandidateRequest", name=name, include_history=True))
    result = answer.candidate.execution.result
    check(len(result.references) == 1 and result.references[0].object_type == "task", "the task's id came back")

    print(json.dumps({"candidates": [a.candidate for a in accepted], "executed": name,
                      "reference": result.references[0].id, "events": len(answer.history)}))


def reason_of(details):
    """Returns the reason of the one ErrorInfo among packed details, read by field number: 1 is the reason."""
    infos = [detail for detail in details if detail.type_url.endswith("/google.rpc.ErrorInfo")]
    check(len(infos) == 1, "exactly one ErrorInfo")
    value = infos[0].value
    check(value[0] == 0x0A, "the reason comes first")
    return value[2:2 + value[1]].decode()


def refusal(call):
    """Runs a call that must be refused; returns its status code."""
    try:
        call()
    except grpc.RpcError as error:
        return error.code()
    return grpc.StatusCode.OK


def check(holds, what):
    if not holds:
        sys.exit(f"not so: {what}")


if __name__ == "__main__":
    main()
