using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Hortus.Conformance.Tests.Running;

namespace Hortus.Conformance.Tests;

/// <summary><c>hortus apiserver</c> that cannot start says why and what to do in one line, and ends.</summary>
[Trait("Category", "RealParts")]
public sealed class StartFailureTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("hortus-start-").FullName;
    private readonly ServerCredentials credentials;

    public StartFailureTests() => credentials = new ServerCredentials(Path.Combine(folder, "credentials"));

    private string Data => Path.Combine(folder, "data");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [OwnServerFact]
    public async Task Port_in_use()
    {
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var port = ((IPEndPoint)holder.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

        (await FailureAsync([], "--secure-port", port)).ShouldContain(
            $"cannot listen on 127.0.0.1:{port}: the port is in use; stop what holds it or choose another with --secure-port");
    }

    [OwnServerFact]
    public async Task Store_of_another_server()
    {
        await using var owner = await ServerProcess.StartAsync(credentials, Data);

        (await FailureAsync([])).ShouldMatch($@"the store {Data} is in use by process \d+; stop it or use another folder");
    }

    [OwnServerFact]
    public async Task Folder_that_cannot_be_written()
    {
        Directory.CreateDirectory(Data);
        string[] before = [];
        if (Environment.IsPrivilegedProcess)
        {
            // Modes do not bind root; a mount does, and this one ends with the process.
            before = ["unshare", "--mount", "sh", "-c", """mount -t tmpfs -o ro none "$0" && exec "$@" """, Data];
        }
        else
        {
            File.SetUnixFileMode(Data, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        var line = await FailureAsync(before);

        line.ShouldContain(Data);
        line.ShouldContain("the folder must be one that can be written");
    }

    /// <summary>Starts the server after other words, which has to fail.</summary>
    /// <returns>The one line that it writes besides what it does.</returns>
    private async Task<string> FailureAsync(string[] before, params string[] flags)
    {
        string[] port = flags.Contains("--secure-port") ? [] : ["--secure-port", "0"];
        string[] command =
        [
            .. before, ServerProcess.Locate(), "apiserver", "--bind-address", "127.0.0.1", "--data-dir", Data,
            "--cert-dir", Path.Combine(folder, "serving"), "--client-ca-file", credentials.ClientAuthorityFile, .. port, .. flags,
        ];
        var result = await CommandLine.RunAsync(new ProcessStartInfo(command[0], command[1..]), string.Join(' ', command), "");
        result.ExitCode.ShouldNotBe(0);
        return (result.Output + result.Error).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.Contains(" info ", StringComparison.Ordinal))
            .ShouldHaveSingleItem();
    }
}
