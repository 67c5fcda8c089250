// What scripts on the JavaScript client do: node session.mjs KUBECONFIG NAMESPACE PART [ARGUMENT...].
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import net from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { PassThrough } from 'node:stream';
import { createRequire } from 'node:module';

// Installed beside this file's copy by eng/setup.sh, in the folder that HORTUS_CLIENTS names.
const k8s = createRequire(process.env.HORTUS_CLIENTS + '/')('@kubernetes/client-node');
const [, , kubeconfig, space, part, ...rest] = process.argv;
const kc = new k8s.KubeConfig();
kc.loadFromFile(kubeconfig);
const core = kc.makeApiClient(k8s.CoreV1Api);

const configMap = (name, data = {}) => ({ metadata: { name, labels: { made: 'here' } }, data });
const create = (name, data) => core.createNamespacedConfigMap({ namespace: space, body: configMap(name, data) });
const mine = { namespace: space, labelSelector: 'made' };

async function fails(code, reason, call) {
  await assert.rejects(call, (error) => {
    assert.equal(error.code, code);
    const body = typeof error.body === 'string' ? JSON.parse(error.body) : error.body;
    assert.equal(body.kind, 'Status');
    assert.equal(body.reason, reason);
    return true;
  });
}

async function until(condition, what) {
  const deadline = Date.now() + 60000;
  while (!condition()) {
    assert.ok(Date.now() < deadline, `still not after 60 s: ${what()}`);
    await delay(50);
  }
}

const patchAs = (type) => k8s.setHeaderOptions('Content-Type', type);

const parts = {
  async objects() {
    for (const name of ['a', 'b', 'c', 'd', 'e']) await create(name, { key: '1' });
    const names = [];
    let token;
    do {
      const page = await core.listNamespacedConfigMap({ ...mine, limit: 2, _continue: token });
      names.push(...page.items.map((i) => i.metadata.name));
      token = page.metadata._continue;
    } while (token);
    assert.deepEqual(names, ['a', 'b', 'c', 'd', 'e']);

    const target = { name: 'a', namespace: space };
    const read = await core.readNamespacedConfigMap(target);
    const replaced = await core.replaceNamespacedConfigMap({ ...target, body: { ...read, data: { key: '2' } } });
    assert.deepEqual(replaced.data, { key: '2' });
    await fails(409, 'Conflict', () => core.replaceNamespacedConfigMap({ ...target, body: { ...read, data: {} } }));
    const merge = patchAs(k8s.PatchStrategy.MergePatch);
    assert.deepEqual((await core.patchNamespacedConfigMap({ ...target, body: { data: { more: '3' } } }, merge)).data, { key: '2', more: '3' });
    const strategic = patchAs(k8s.PatchStrategy.StrategicMergePatch);
    assert.deepEqual((await core.patchNamespacedConfigMap({ ...target, body: { data: { more: null } } }, strategic)).data, { key: '2' });
    const operations = [{ op: 'add', path: '/data/x', value: '4' }];
    const json = patchAs(k8s.PatchStrategy.JsonPatch);
    assert.deepEqual((await core.patchNamespacedConfigMap({ ...target, body: operations }, json)).data, { key: '2', x: '4' });
    const applied = { apiVersion: 'v1', kind: 'ConfigMap', ...configMap('s', { owned: 'yes' }) };
    const apply = patchAs(k8s.PatchStrategy.ServerSideApply);
    const owner = await core.patchNamespacedConfigMap({ name: 's', namespace: space, body: applied, fieldManager: 'js' }, apply);
    assert.equal(owner.metadata.managedFields[0].manager, 'js');

    await fails(404, 'NotFound', () => core.readNamespacedConfigMap({ name: 'absent', namespace: space }));
    await fails(409, 'AlreadyExists', () => create('a'));
    await fails(422, 'Invalid', () => create('Bad_Name'));
    await core.deleteCollectionNamespacedConfigMap(mine);
    assert.deepEqual((await core.listNamespacedConfigMap(mine)).items, []);
  },

  async generic() {
    const group = `${space}.example.org`;
    const api = k8s.KubernetesObjectApi.makeApiClient(kc);
    await api.create({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `tulips.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { plural: 'tulips', singular: 'tulip', kind: 'Tulip' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { bulbs: { type: 'integer', _default: 3 } } } } } } }],
      },
    });
    const extensions = kc.makeApiClient(k8s.ApiextensionsV1Api);
    let established = false;
    while (!established) {
      const definition = await extensions.readCustomResourceDefinition({ name: `tulips.${group}` });
      established = (definition.status?.conditions ?? []).some((c) => c.type === 'Established' && c.status === 'True');
    }
    const tulip = { apiVersion: `${group}/v1`, kind: 'Tulip', metadata: { name: 'one', namespace: space }, spec: {} };
    assert.equal((await api.create(tulip)).spec.bulbs, 3);
    await fails(422, 'Invalid', () => api.create({ ...tulip, metadata: { name: 'bad', namespace: space }, spec: { bulbs: 'many' } }));
    const custom = kc.makeApiClient(k8s.CustomObjectsApi);
    const list = await custom.listNamespacedCustomObject({ group, version: 'v1', namespace: space, plural: 'tulips' });
    assert.deepEqual(list.items.map((i) => i.metadata.name), ['one']);
    await api.delete(tulip);
    await extensions.deleteCustomResourceDefinition({ name: `tulips.${group}` });
  },

  // An informer and a plain watch across a restart that the caller does when told so.
  async inform() {
    const expected = new Set();
    const write = async (from, to) => {
      for (let i = from; i < to; i++) {
        expected.add(`c${i}`);
        await create(`c${i}`);
      }
    };
    await write(0, 20);
    const list = () => core.listNamespacedConfigMap(mine);
    const informer = k8s.makeInformer(kc, `/api/v1/namespaces/${space}/configmaps`, list, 'made');
    let added = 0;
    informer.on('add', () => { added++; });
    informer.on('error', () => delay(100).then(() => informer.start().catch(() => {})));
    const again = async () => { try { await informer.start(); } catch { await delay(100); await again(); } };
    await again();
    const state = () => informer.list(space).map((c) => c.metadata.name).sort().join();
    const wanted = () => [...expected].sort().join();
    await until(() => state() === wanted(), state);
    await write(20, 40);
    console.log('restart');
    await new Promise((resolve) => createInterface({ input: process.stdin }).once('line', resolve));
    await write(40, 60);
    await core.deleteNamespacedConfigMap({ name: 'c0', namespace: space });
    expected.delete('c0');
    await until(() => state() === wanted(), state);
    assert.ok(added >= 60, `${added} additions`);
    await informer.stop();
  },

  // An informer of thousands of objects while the server ends and comes back: nothing is lost or comes twice.
  async many() {
    const list = () => core.listNamespacedConfigMap(mine);
    const informer = k8s.makeInformer(kc, `/api/v1/namespaces/${space}/configmaps`, list, 'made');
    const known = new Set();
    const surprises = [];
    const surprise = (what, object) => surprises.push(`${what} ${object.metadata.name}`);
    informer.on('add', (object) => {
      if (known.has(object.metadata.name)) surprise('add of a known', object);
      known.add(object.metadata.name);
    });
    informer.on('update', (object) => { if (!known.has(object.metadata.name)) surprise('update of an unknown', object); });
    informer.on('delete', (object) => { if (!known.delete(object.metadata.name)) surprise('delete of an unknown', object); });
    const again = async () => { try { await informer.start(); } catch { await delay(100); await again(); } };
    informer.on('error', () => delay(100).then(again));
    await again();
    console.log('ready');
    await until(() => known.has('last'), () => `${known.size} objects`);
    assert.deepEqual(surprises, []);
    const state = informer.list(space).map((c) => `${c.metadata.name}=${c.data.v}\n`).sort();
    assert.equal(known.size, state.length);
    console.log(`state ${state.length} ${createHash('sha256').update(state.join('')).digest('hex')}`);
    await informer.stop();
  },

  async watch() {
    const version = (await core.listNamespacedConfigMap(mine)).metadata.resourceVersion;
    const seen = [];
    const request = await new k8s.Watch(kc).watch(
      `/api/v1/namespaces/${space}/configmaps`,
      { resourceVersion: version, labelSelector: 'made', allowWatchBookmarks: true },
      (type, object) => { if (type !== 'BOOKMARK') seen.push(`${type} ${object.metadata.name}`); },
      () => {});
    await create('w');
    await core.deleteNamespacedConfigMap({ name: 'w', namespace: space });
    await until(() => seen.length === 2, () => seen.join());
    assert.deepEqual(seen, ['ADDED w', 'DELETED w']);
    request.abort();
  },

  // exec and port-forward over WebSocket; the pod serves HTTP at 8000.
  async streams() {
    const pod = rest[0];
    const run = async (command, stdin) => {
      const out = new PassThrough();
      let text = '';
      out.on('data', (chunk) => { text += chunk; });
      const status = await new Promise((resolve, reject) => {
        new k8s.Exec(kc).exec(space, pod, 'main', command, out, out, stdin, false, resolve).catch(reject);
      });
      await until(() => text.length > 0, () => 'no output');
      return { text, status };
    };
    const plain = await run(['sh', '-c', 'echo out; exit 3'], null);
    assert.equal(plain.text, 'out\n');
    assert.equal(plain.status.reason, 'NonZeroExitCode');
    assert.equal(plain.status.details.causes[0].message, '3');
    const input = new PassThrough();
    input.end('typed\n');
    const typed = await run(['sh', '-c', 'read line; echo got-$line'], input);
    assert.equal(typed.text, 'got-typed\n');
    assert.equal(typed.status.status, 'Success');

    const forward = new k8s.PortForward(kc);
    const server = net.createServer((socket) => {
      socket.on('error', () => {}); // The client below hangs up once it has seen enough.
      forward.portForward(space, pod, [8000], socket, null, socket);
    });
    await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    const answer = await new Promise((resolve, reject) => {
      const socket = net.connect(server.address().port, '127.0.0.1', () => { socket.write('GET /etc/hostname HTTP/1.0\r\n\r\n'); });
      socket.once('data', (data) => { socket.destroy(); resolve(String(data)); });
      socket.once('error', reject);
    });
    assert.match(answer, /^HTTP\/1\.[01] 200/);
    server.close();

    const log = new PassThrough();
    let lines = '';
    log.on('data', (chunk) => { lines += chunk; });
    await new k8s.Log(kc).log(space, pod, 'main', log, { follow: false });
    await until(() => lines.includes('/etc/hostname'), () => lines);
  },
};

await parts[part]();
console.log('ok');
process.exit(0);
