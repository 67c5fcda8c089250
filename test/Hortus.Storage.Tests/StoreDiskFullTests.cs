using System.Diagnostics;

namespace Hortus.Storage.Tests;

public sealed class StoreDiskFullTests
{
    [Fact]
    public async Task A_full_disk_refuses_writes_keeps_reads_and_is_over_by_itself()
    {
        var files = new FaultyFiles(1);
        await using var store = StoreCrashTests.Open(files);
        await store.PutAsync("/a", "1");
        files.Capacity = files.List().Sum(n => (long)files.Content(n).Length) + 100;

        var error = await Should.ThrowAsync<StoreException>(() => store.PutAsync("/b", new string('x', 2 * ActiveLog.ReservedBytes)));

        error.Failure.ShouldBe(StoreFailure.Unavailable);
        error.Message.ShouldContain("no space left on device");
        error.Message.ShouldContain("free some space");
        store.WriteFailure.ShouldBe(error.Message);
        (await store.TextAsync("/a")).ShouldBe("1");

        files.Capacity = null;

        // Nobody writes: that it is over is found out all the same.
        await UntilAsync(() => store.WriteFailure is null);
        (await store.PutAsync("/b", "2")).Revision.ShouldBe(3);
        await using var again = StoreCrashTests.Open(files.Restarted(powerLost: true));
        (await again.TextAsync("/b")).ShouldBe("2");
    }

    [Fact]
    public async Task A_disk_with_room_for_a_write_but_not_for_more_takes_the_write()
    {
        var files = new FaultyFiles(1);
        await using var store = StoreCrashTests.Open(files);
        files.Capacity = files.List().Sum(n => (long)files.Content(n).Length) + 1000;

        await store.PutAsync("/a", new string('x', 300));
        await store.PutAsync("/b", new string('x', 300));

        await using var again = StoreCrashTests.Open(files.Restarted(powerLost: true));
        (await again.TextAsync("/b")).ShouldBe(new string('x', 300));
    }

    [SkippableFact]
    [Trait("Category", "RealParts")]
    public async Task A_real_full_disk_loses_nothing_that_was_answered()
    {
        using var folder = new TemporaryFolder();
        Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder.Path);
        try
        {
            var answered = new Dictionary<string, string>();
            await using (var store = await folder.OpenAsync())
            {
                var error = await FillAsync(store, answered);
                error.Failure.ShouldBe(StoreFailure.Unavailable);
                error.Message.ShouldContain("No space left on device");
                store.WriteFailure.ShouldNotBeNull();
                (await store.TextAsync("/k/0")).ShouldBe(answered["/k/0"]);

                Run("mount", "-o", "remount,size=8m", folder.Path);
                await UntilAsync(() => store.WriteFailure is null);
                await store.PutAsync("/after", "space");
                answered["/after"] = "space";
                using var killed = folder.Copy();
                await RequireAsync(killed, answered);
            }

            await RequireAsync(folder, answered);
        }
        finally
        {
            Run("umount", folder.Path);
        }
    }

    private static async Task<StoreException> FillAsync(EmbeddedStore store, Dictionary<string, string> answered)
    {
        for (var i = 0; ; i++)
        {
            var value = $"{i} {new string('x', 20_000)}";
            try
            {
                await store.PutAsync($"/k/{i}", value);
                answered[$"/k/{i}"] = value;
            }
            catch (StoreException error)
            {
                return error;
            }
        }
    }

    private static async Task RequireAsync(TemporaryFolder folder, Dictionary<string, string> answered)
    {
        await using var store = await folder.OpenAsync();
        foreach (var (key, value) in answered)
        {
            (await store.TextAsync(key)).ShouldBe(value);
        }
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Skip.If(process.ExitCode != 0 && program == "mount" && arguments[0] == "-t", $"no file system can be mounted here: {error}");
        process.ExitCode.ShouldBe(0, error);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, deadline.Token);
        }
    }
}
