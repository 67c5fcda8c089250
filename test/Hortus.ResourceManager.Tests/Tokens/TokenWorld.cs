using System.Text;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.ResourceManager.Tests.World;
using Hortus.Testing.Scripted;
using Names = Hortus.Objects.Gardener.Resources.TokenRequestorNames;

namespace Hortus.ResourceManager.Tests.Tokens;

/// <summary>A token requestor between two clusters.</summary>
internal sealed class TokenWorld : IAsyncDisposable
{
    public const string Authority = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(90));
    private readonly Stack<(Task Run, CancellationTokenSource Stop)> running = [];

    public Cluster Source { get; private set; } = null!;

    public Cluster Target { get; private set; } = null!;

    public CountingHandler ToTarget { get; } = new();

    public CountingHandler ToSource { get; } = new();

    public CancellationToken Token => deadline.Token;

    public static ObjectKey Key(string name) => new("default", name);

    public static async Task<TokenWorld> StartAsync(string ofClass = Names.ClassShoot, bool isRunning = true)
    {
        var world = new TokenWorld();
        world.Source = await Cluster.StartAsync(world.Token);
        world.Target = await Cluster.StartWithTokensAsync(world.Token);
        if (isRunning)
        {
            world.Run(ofClass);
        }

        return world;
    }

    /// <summary>Starts a requestor.</summary>
    public void Run(string ofClass = Names.ClassShoot)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        running.Push((ResourceManagerComponent.RunAsync(NewSetup(TimeProvider.System, ofClass), stop.Token), stop));
    }

    /// <summary>What a requestor is made of.</summary>
    public ControllerSetup NewSetup(TimeProvider clock, string ofClass = Names.ClassShoot)
    {
        var options = new ResourceManagerOptions { TokenRequestor = true, TokenRequestorClass = ofClass };
        return ResourceWorld.NewSetup(Source.NewManager(ToSource, clock), Target.NewManager(ToTarget, clock), options, clock) with
        {
            TargetAuthority = Authority,
        };
    }

    /// <summary>Stops all requestors.</summary>
    public async Task StopAsync()
    {
        while (running.TryPop(out var last))
        {
            await last.Stop.CancelAsync();
            await last.Run.ContinueWith(_ => { }, TaskScheduler.Default);
            last.Stop.Dispose();
        }
    }

    /// <summary>Waits until the requestor has asked the target so many times whose a token is.</summary>
    public Task ReviewedAsync(int times) => ToTarget.UntilAsync(
        requests => requests.Count(r => r.Contains("tokenreviews", StringComparison.Ordinal)) >= times, Token);

    /// <summary>Writes a Secret that asks for a token of the account default/robot of the target, unless told otherwise.</summary>
    public Task<Secret> AskAsync(string name, params (string Name, string? Value)[] annotations) => AskAsync(name, null, annotations);

    public Task<Secret> AskAsync(string name, string? kubeconfig, params (string Name, string? Value)[] annotations)
    {
        var all = new Dictionary<string, string?> { [Names.AccountName] = "robot", [Names.AccountNamespace] = "default" };
        foreach (var (key, value) in annotations)
        {
            all[key] = value;
        }

        return Source.Client.CreateAsync(
            new Secret
            {
                Metadata = new ObjectMeta
                {
                    Namespace = "default",
                    Name = name,
                    Labels = new Dictionary<string, string> { [Names.Purpose] = Names.PurposeToken, [Names.Class] = Names.ClassShoot },
                    Annotations = all.Where(a => a.Value is not null).ToDictionary(a => a.Key, a => a.Value!),
                },
                Data = kubeconfig is null ? null : new Dictionary<string, byte[]> { ["kubeconfig"] = Encoding.UTF8.GetBytes(kubeconfig) },
            },
            Token);
    }

    /// <summary>Waits until a Secret of the source is as it should be.</summary>
    public async Task<Secret> UntilAsync(string name, Func<Secret, bool> condition) =>
        (await Source.UntilAsync<Secret>(Key(name), s => s is not null && condition(s), Token))!;

    /// <summary>Waits for a token in a key of its own, another one than <paramref name="than"/>.</summary>
    public async Task<string> IssuedAsync(string name, string? than = null) =>
        Text(await UntilAsync(name, s => Text(s, "token") is { } token && token != than), "token")!;

    /// <summary>Waits for an Event about a Secret.</summary>
    public Task<Event> EventAsync(string name, string reason) => Source.EventAsync(name, reason, Token);

    /// <summary>Whom the target takes a token for; null when it does not take it.</summary>
    public async Task<string?> OwnerOfAsync(string token)
    {
        var review = await Target.Client.CreateAsync(new TokenReview { Spec = new TokenReviewSpec { Token = token } }, Token);
        return review.Status.Authenticated == true ? review.Status.User!.Username : null;
    }

    public Task<ServiceAccount?> AccountAsync(string name = "robot") => Target.Client.FindAsync<ServiceAccount>(Key(name), Token);

    public static string? Text(Secret secret, string key) =>
        secret.Data?.GetValueOrDefault(key) is { } data ? Encoding.UTF8.GetString(data) : null;

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Target.DisposeAsync();
        await Source.DisposeAsync();
        deadline.Dispose();
    }
}
