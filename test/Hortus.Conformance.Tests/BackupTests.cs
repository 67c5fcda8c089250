using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.Conformance.Tests.Running;

namespace Hortus.Conformance.Tests;

/// <summary><c>hortus store</c> and <c>hortus apiserver</c> on the folder of a garden's virtual cluster.</summary>
[Trait("Category", "RealParts")]
public sealed class BackupTests : IDisposable
{
    private const string ConfigMaps = "api/v1/namespaces/default/configmaps";
    private readonly string folder = Directory.CreateTempSubdirectory("hortus-backup-").FullName;
    private readonly ServerCredentials credentials;

    public BackupTests()
    {
        credentials = new ServerCredentials(Path.Combine(folder, "credentials"));
    }

    // As `hortus up` lays it out: one folder for each persistent volume, named by the uid of its claim.
    private string Data => Path.Combine(folder, "volumes", "5f0c8f0e-5d1f-4a53-9c39-3a5a7d1f0f11");

    private string Backup => Path.Combine(folder, "garden.backup");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [OwnServerFact]
    public async Task Garden_backed_up_while_it_is_written_to_is_found_whole_after_a_restore()
    {
        var before = new Dictionary<string, string>();
        var written = 0;
        string newest;
        await using (var server = await ServerProcess.StartAsync(credentials, Data))
        {
            using var http = Server.Http(server.Address, credentials, credentials.Admin);
            for (var i = 0; i < 20; i++)
            {
                before[$"before-{i}"] = await CreateAsync(http, $"before-{i}");
            }

            (await SendAsync(http, HttpMethod.Post, "api/v1/namespaces/default/secrets",
                """{"apiVersion":"v1","kind":"Secret","metadata":{"name":"rose"},"stringData":{"thorn":"sharp"}}"""))
                .ShouldBe(HttpStatusCode.Created);
            using var stop = new CancellationTokenSource();
            var writing = Task.Run(async () =>
            {
                for (; !stop.IsCancellationRequested; written++)
                {
                    await CreateAsync(http, $"during-{written}");
                }
            });

            (await StoreAsync("backup", "--data-dir", Data, "--file", Backup)).Succeeds().ShouldContain("keys");
            await stop.CancelAsync();
            await writing;
            newest = await VersionAsync(http);
        }

        var restored = Path.Combine(folder, "volumes", "restored");
        (await StoreAsync("check", "--file", Backup)).Succeeds().ShouldContain("sound");
        (await StoreAsync("restore", "--file", Backup, "--data-dir", restored)).Succeeds();
        (await StoreAsync("check", "--data-dir", restored)).Succeeds();

        await using var after = await ServerProcess.StartAsync(credentials, restored);
        using var reader = Server.Http(after.Address, credentials, credentials.Admin);
        var found = JsonNode.Parse(await reader.GetStringAsync(ConfigMaps))!["items"]!.AsArray().ToDictionary(
            i => i!["metadata"]!["name"]!.ToString(), i => i!["metadata"]!["uid"]!.ToString());
        foreach (var (name, uid) in before)
        {
            found[name].ShouldBe(uid);
        }

        // One revision: of what one client wrote in order, a beginning is there.
        var during = found.Keys.Count(n => n.StartsWith("during-", StringComparison.Ordinal));
        during.ShouldBeLessThanOrEqualTo(written);
        for (var i = 0; i < during; i++)
        {
            found.ShouldContainKey($"during-{i}");
        }

        (await reader.GetStringAsync("api/v1/namespaces/default/secrets/rose")).ShouldContain("c2hhcnA=");

        // No version is given out twice: the new ones are behind all old ones, and a watch from an old one has to list again.
        long.Parse(await VersionAsync(reader)).ShouldBeGreaterThan(long.Parse(newest));
        (await reader.GetStringAsync($"{ConfigMaps}?watch=true&timeoutSeconds=5&resourceVersion={newest}")).ShouldContain("Expired");
    }

    [OwnServerFact]
    public async Task Server_does_not_start_on_a_damaged_store_and_says_where_and_what_to_do()
    {
        await using (var server = await ServerProcess.StartAsync(credentials, Data))
        {
            using var http = Server.Http(server.Address, credentials, credentials.Admin);
            for (var i = 0; i < 20; i++)
            {
                await CreateAsync(http, $"c-{i}");
            }

            await server.KillAsync();
        }

        var log = Directory.GetFiles(Data, "wal-*").ShouldHaveSingleItem();
        var bytes = await File.ReadAllBytesAsync(log);
        bytes[500] ^= 16;
        await File.WriteAllBytesAsync(log, bytes);

        var failure = await Should.ThrowAsync<InvalidOperationException>(() => ServerProcess.StartAsync(credentials, Data));
        failure.Message.ShouldContain($"{log} at offset ");
        failure.Message.ShouldContain("restore the folder from a backup");
        var check = await StoreAsync("check", "--data-dir", Data);
        check.ExitCode.ShouldBe(1);
        check.Error.ShouldContain($"{log} at offset ");
    }

    [SkippableFact]
    public async Task Full_disk_fails_readiness_and_writes_with_what_to_do_and_is_over_when_there_is_space()
    {
        Skip.If(Target.IsForeign, Target.NeedsOwnServer);
        Directory.CreateDirectory(Data);
        Skip.IfNot(
            await MountAsync("-t", "tmpfs", "-o", "size=2m", "tmpfs", Data) == 0, "no file system can be mounted here");
        try
        {
            await using var server = await ServerProcess.StartAsync(credentials, Data);
            using var http = Server.Http(server.Address, credentials, credentials.Admin);
            var (code, text) = (HttpStatusCode.Created, "");
            for (var i = 0; code == HttpStatusCode.Created; i++)
            {
                (code, text) = await TryCreateAsync(http, $"c-{i}", 50_000);
            }

            code.ShouldBe(HttpStatusCode.InternalServerError);
            JsonNode.Parse(text)!["kind"]!.ToString().ShouldBe("Status");
            text.ShouldContain("No space left on device");
            text.ShouldContain("free some space");
            using var ready = await http.GetAsync("readyz?verbose");
            ready.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
            (await ready.Content.ReadAsStringAsync()).ShouldContain("[-]store failed: cannot write");
            (await http.GetAsync("livez")).StatusCode.ShouldBe(HttpStatusCode.OK);
            (await http.GetAsync($"{ConfigMaps}/c-0")).StatusCode.ShouldBe(HttpStatusCode.OK);

            (await MountAsync("-o", "remount,size=20m", Data)).ShouldBe(0);
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            while ((await http.GetAsync("readyz", deadline.Token)).StatusCode != HttpStatusCode.OK)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, deadline.Token);
            }

            (await TryCreateAsync(http, "after", 50_000)).Code.ShouldBe(HttpStatusCode.Created);
        }
        finally
        {
            using var unmount = Process.Start("umount", [Data]);
            await unmount.WaitForExitAsync();
        }
    }

    private static Task<KubectlResult> StoreAsync(params string[] arguments) => CommandLine.RunAsync(
        new ProcessStartInfo(ServerProcess.Locate(), ["store", .. arguments]), "hortus store " + string.Join(' ', arguments), "");

    private static async Task<int> MountAsync(params string[] arguments)
    {
        using var mount = Process.Start(new ProcessStartInfo("mount", arguments) { RedirectStandardError = true })!;
        await mount.WaitForExitAsync();
        return mount.ExitCode;
    }

    private static async Task<string> CreateAsync(HttpClient http, string name)
    {
        var (code, text) = await TryCreateAsync(http, name, 10);
        code.ShouldBe(HttpStatusCode.Created, text);
        return JsonNode.Parse(text)!["metadata"]!["uid"]!.ToString();
    }

    private static async Task<(HttpStatusCode Code, string Text)> TryCreateAsync(HttpClient http, string name, int size)
    {
        using var content = new StringContent(
            $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}"},"data":{"k":"{{{new string('x', size)}}}"}}""",
            Encoding.UTF8,
            "application/json");
        using var response = await http.PostAsync(ConfigMaps, content);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static async Task<HttpStatusCode> SendAsync(HttpClient http, HttpMethod method, string path, string body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        using var response = await http.SendAsync(request);
        return response.StatusCode;
    }

    private static async Task<string> VersionAsync(HttpClient http) =>
        JsonNode.Parse(await http.GetStringAsync(ConfigMaps + "?limit=1"))!["metadata"]!["resourceVersion"]!.ToString();
}
