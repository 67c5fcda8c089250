"""What scripts on the Python client do: python session.py KUBECONFIG NAMESPACE PART [ARGUMENT...]."""
import hashlib
import json
import sys
import threading
import time

from kubernetes import client, config, dynamic, watch
from kubernetes.client.rest import ApiException


def config_map(name, **data):
    return {"metadata": {"name": name, "labels": {"made": "here"}}, "data": data}


def expect(found, wanted, what):
    if found != wanted:
        raise AssertionError(f"{what}: wanted {wanted!r}, found {found!r}")


def fails(code, reason, call, *arguments, **named):
    try:
        call(*arguments, **named)
    except ApiException as error:
        expect(error.status, code, "HTTP status")
        expect(json.loads(error.body)["reason"], reason, "reason")
        expect(json.loads(error.body)["kind"], "Status", "kind of the body")
        return json.loads(error.body)["message"]
    raise AssertionError(f"no error; wanted {code} {reason}")


def objects(space):
    """Typed calls: every verb, the patches, pages, errors."""
    core = client.CoreV1Api()
    for name in ("a", "b", "c", "d", "e"):
        core.create_namespaced_config_map(space, config_map(name, key="1"))
    page, names = core.list_namespaced_config_map(space, label_selector="made", limit=2), []
    version = page.metadata.resource_version
    while True:
        names += [item.metadata.name for item in page.items]
        if not page.metadata._continue:
            break
        page = core.list_namespaced_config_map(space, label_selector="made", limit=2, _continue=page.metadata._continue)
        expect(page.metadata.resource_version, version, "version of all pages")
    expect(names, ["a", "b", "c", "d", "e"], "names on all pages")

    read = core.read_namespaced_config_map("a", space)
    read.data = {"key": "2"}
    stale = read.metadata.resource_version
    expect(core.replace_namespaced_config_map("a", space, read).data, {"key": "2"}, "replaced data")
    read.metadata.resource_version = stale
    fails(409, "Conflict", core.replace_namespaced_config_map, "a", space, read)
    expect(core.patch_namespaced_config_map("a", space, {"data": {"more": "3"}}).data, {"key": "2", "more": "3"}, "merge")
    operations = [{"op": "remove", "path": "/data/more"}, {"op": "add", "path": "/data/x", "value": "4"}]
    expect(core.patch_namespaced_config_map("a", space, operations).data, {"key": "2", "x": "4"}, "JSON patch")

    fails(404, "NotFound", core.read_namespaced_config_map, "absent", space)
    fails(409, "AlreadyExists", core.create_namespaced_config_map, space, config_map("a"))
    fails(422, "Invalid", core.create_namespaced_config_map, space, config_map("Bad_Name"))
    message = fails(400, "BadRequest", core.list_namespaced_config_map, space, field_selector="spec.colour=red")
    expect("field label not supported" in message, True, message)

    expect(core.delete_namespaced_config_map("b", space).status, "Success", "answer of a deletion")
    core.delete_collection_namespaced_config_map(space, label_selector="made")
    left = core.list_namespaced_config_map(space, label_selector="made").items
    expect(left, [], "after the collection was deleted")


def workloads(space):
    """Server-side defaults and typed status of a deployment, scale, and events."""
    apps = client.AppsV1Api()
    body = client.V1Deployment(
        metadata=client.V1ObjectMeta(name="web"),
        spec=client.V1DeploymentSpec(
            replicas=0,
            selector=client.V1LabelSelector(match_labels={"app": "web"}),
            template=client.V1PodTemplateSpec(
                metadata=client.V1ObjectMeta(labels={"app": "web"}),
                spec=client.V1PodSpec(containers=[client.V1Container(name="main", image="registry.k8s.io/pause:3.10")]))))
    made = apps.create_namespaced_deployment(space, body)
    expect(made.spec.strategy.rolling_update.max_surge, "25%", "default of maxSurge")
    expect(made.spec.template.spec.containers[0].image_pull_policy, "IfNotPresent", "default of imagePullPolicy")
    scaled = apps.patch_namespaced_deployment_scale("web", space, {"spec": {"replicas": 0}})
    expect(scaled.spec.replicas or 0, 0, "replicas of the scale")
    strategic = {"spec": {"template": {"spec": {"containers": [{"name": "main", "image": "registry.k8s.io/pause:3.9"}]}}}}
    expect(len(apps.patch_namespaced_deployment("web", space, strategic).spec.template.spec.containers), 1, "containers")
    apps.delete_namespaced_deployment("web", space, propagation_policy="Foreground")


def follow(space):
    """Watches: from a version, with a selector, and across a restart that the caller does when told so."""
    core = client.CoreV1Api()
    core.create_namespaced_config_map(space, config_map("first"))
    version = core.list_namespaced_config_map(space, label_selector="made").metadata.resource_version
    seen = []

    def run():
        stream = watch.Watch()
        deadline, since = time.monotonic() + 60, version
        while time.monotonic() < deadline:
            try:
                for event in stream.stream(
                        core.list_namespaced_config_map, space, label_selector="made", resource_version=since,
                        timeout_seconds=20):
                    since = event["object"].metadata.resource_version
                    seen.append((event["type"], event["object"].metadata.name))
                    if seen[-1] == ("ADDED", "last"):
                        return
            except ApiException:
                raise
            except Exception:  # The server is away: go on from the last version seen.
                time.sleep(0.1)

    thread = threading.Thread(target=run)
    thread.start()
    core.create_namespaced_config_map(space, config_map("before"))
    print("restart", flush=True)
    sys.stdin.readline()
    core.patch_namespaced_config_map("before", space, {"data": {"a": "b"}})
    core.delete_namespaced_config_map("first", space)
    core.create_namespaced_config_map(space, config_map("last"))
    thread.join(60)
    expect(
        seen, [("ADDED", "before"), ("MODIFIED", "before"), ("DELETED", "first"), ("ADDED", "last")],
        "events before and after the restart")


def many(space):
    """A list and watches of thousands of objects while the server ends and comes back: nothing is lost or comes twice."""
    core, state = client.CoreV1Api(), {}
    page = core.list_namespaced_config_map(space, label_selector="made", limit=500)
    while True:
        state.update((item.metadata.name, item.data["v"]) for item in page.items)
        version = page.metadata.resource_version
        if not page.metadata._continue:
            break
        page = core.list_namespaced_config_map(space, label_selector="made", limit=500, _continue=page.metadata._continue)
    print("ready", flush=True)
    while "last" not in state:
        try:
            for event in watch.Watch().stream(
                    core.list_namespaced_config_map, space, label_selector="made", resource_version=version, timeout_seconds=60):
                name = event["object"].metadata.name
                expect(event["type"] == "ADDED", name not in state, f"{event['type']} {name}: whether it is new")
                if event["type"] == "DELETED":
                    del state[name]
                else:
                    state[name] = event["object"].data["v"]
                version = event["object"].metadata.resource_version
                if name == "last":
                    break
        except AssertionError:
            raise
        except ApiException as error:
            if error.status != 503:
                raise
        except Exception:  # The server is away: go on from the last version seen.
            time.sleep(0.1)
    text = "".join(f"{name}={value}\n" for name, value in sorted(state.items()))
    print(f"state {len(state)} {hashlib.sha256(text.encode()).hexdigest()}", flush=True)


def dynamically(space):
    """The dynamic client on discovery, a definition and its objects."""
    api = dynamic.DynamicClient(client.ApiClient())
    group = f"{space}.example.org"
    definitions = api.resources.get(api_version="apiextensions.k8s.io/v1", kind="CustomResourceDefinition")
    definitions.create(body={
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": f"roses.{group}"},
        "spec": {
            "group": group, "scope": "Namespaced", "names": {"plural": "roses", "singular": "rose", "kind": "Rose"},
            "versions": [{
                "name": "v1", "served": True, "storage": True, "subresources": {"status": {}},
                "schema": {"openAPIV3Schema": {"type": "object", "properties": {
                    "spec": {"type": "object", "properties": {"colour": {"type": "string", "default": "red"}}},
                    "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}}}}]}})
    for event in definitions.watch(field_selector=f"metadata.name=roses.{group}", timeout=30):
        conditions = event["object"].status.conditions or []
        if any(c.type == "Established" and c.status == "True" for c in conditions):
            break
    api.resources.invalidate_cache()
    roses = api.resources.get(api_version=f"{group}/v1", kind="Rose")
    made = roses.create(body={"apiVersion": f"{group}/v1", "kind": "Rose", "metadata": {"name": "one"}, "spec": {}}, namespace=space)
    expect(made.spec.colour, "red", "default of the definition")
    patched = roses.patch(
        body={"spec": {"colour": "white"}}, name="one", namespace=space, content_type="application/merge-patch+json")
    expect(patched.spec.colour, "white", "patched colour")
    text = json.dumps({
        "apiVersion": f"{group}/v1", "kind": "Rose", "metadata": {"name": "two"}, "spec": {"colour": "pink"}})
    applied = roses.patch(
        body=text, name="two", namespace=space, field_manager="python", content_type="application/apply-patch+yaml")
    expect(applied.metadata.managedFields[0].manager, "python", "manager")
    expect(roses.status.patch(
        body={"status": {"ready": True}}, name="one", namespace=space,
        content_type="application/merge-patch+json").status.ready, True, "status")
    expect(sorted(r.metadata.name for r in roses.get(namespace=space).items), ["one", "two"], "names")
    try:
        roses.create(body={"apiVersion": f"{group}/v1", "kind": "Rose", "metadata": {"name": "bad"}, "spec": {"colour": 1}},
                     namespace=space)
        raise AssertionError("a number was taken for a text")
    except dynamic.exceptions.UnprocessibleEntityError as error:
        expect(b"spec.colour" in error.body, True, str(error.body))
    try:
        roses.get(name="absent", namespace=space)
        raise AssertionError("an absent object was found")
    except dynamic.exceptions.NotFoundError:
        pass
    definitions.delete(name=f"roses.{group}")


def streams(space, pod):
    """exec over WebSocket and port-forward; the pod serves HTTP at 8000."""
    from kubernetes.stream import portforward, stream
    core = client.CoreV1Api()
    said = stream(
        core.connect_get_namespaced_pod_exec, pod, space, command=["sh", "-c", "echo out; echo err >&2"],
        stdin=False, stdout=True, stderr=True, tty=False)
    expect(sorted(said.split()), ["err", "out"], "both outputs")
    session = stream(
        core.connect_get_namespaced_pod_exec, pod, space, command=["sh", "-c", "read line; echo got-$line; exit 3"],
        stdin=True, stdout=True, stderr=True, tty=False, _preload_content=False)
    session.write_stdin("typed\n")
    session.run_forever(timeout=30)
    expect(session.read_stdout().strip(), "got-typed", "echo")
    expect(session.returncode, 3, "exit code")
    forward = portforward(core.connect_get_namespaced_pod_portforward, pod, space, ports="8000")
    socket = forward.socket(8000)
    socket.setblocking(True)
    socket.sendall(b"GET /etc/hostname HTTP/1.0\r\n\r\n")
    answer = b""
    while chunk := socket.recv(4096):
        answer += chunk
    expect(answer.split(b"\r\n")[0].split(b" ")[1], b"200", answer.decode())
    expect(core.read_namespaced_pod_log(pod, space).count("/etc/hostname") >= 1, True, "the log tells of the request")


PARTS = {"objects": objects, "workloads": workloads, "follow": follow, "many": many, "dynamic": dynamically, "streams": streams}

if __name__ == "__main__":
    config.load_kube_config(config_file=sys.argv[1])
    PARTS[sys.argv[3]](sys.argv[2], *sys.argv[4:])
    print("ok", flush=True)
