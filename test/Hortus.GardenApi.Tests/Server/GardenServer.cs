using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.ApiServer;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;
using Hortus.Testing;

namespace Hortus.GardenApi.Tests.Server;

/// <summary>A real server with the garden's API and the objects of <see cref="Samples"/>.</summary>
public sealed class GardenServer : IAsyncLifetime
{
    /// <summary>Issuer of the tokens of workload identities.</summary>
    public const string Issuer = "https://garden.example";

    /// <summary>Token of the user <c>eve</c>, who may nothing; without a token one is an administrator.</summary>
    public const string EvesToken = "eves-token";

    private static readonly string Key = SigningKeyPair.Create().PrivateKeyPem;

    private readonly string folder = Directory.CreateTempSubdirectory("hortus-garden-api-").FullName;
    private InProcessApiServer? server;

    /// <summary>The wire answer: status code and body.</summary>
    public sealed record Answer(int Code, JsonObject Body)
    {
        /// <summary>The message of a Status.</summary>
        public string Message => $"{Body["message"]}";

        /// <summary>The texts of the warning headers.</summary>
        public IReadOnlyList<string> Warnings { get; init; } = [];
    }

    public async Task InitializeAsync()
    {
        using var deadline = Deadline();
        var keyFile = Path.Combine(folder, "signing.key");
        var tokenFile = Path.Combine(folder, "tokens.csv");
        await File.WriteAllTextAsync(keyFile, Key, deadline.Token);
        await File.WriteAllTextAsync(tokenFile, $"{EvesToken},eve,7,\n", deadline.Token);
        var options = new GardenApiOptions { WorkloadIdentityTokenIssuer = Issuer, WorkloadIdentitySigningKeyFile = keyFile };
        server = await InProcessApiServer.StartAsync(
            new ApiServerOptions { AuthorizationMode = ["RBAC"], TokenAuthFile = tokenFile }, [new GardenApiPlugin(options)],
            TimeProvider.System, deadline.Token);
        await CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = "garden" } });
        await CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = "garden-local" } });
        await CreateAsync(new Secret { Metadata = new ObjectMeta { Name = "local", Namespace = "garden-local" } });
        await CreateAsync(Samples.ValidProject);
        await CreateAsync(Samples.ValidProfile);
        await CreateAsync(Samples.ValidSeed);
        await CreateAsync(Samples.ValidBinding);
    }

    public async Task DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    /// <summary>The key that signs tokens of workload identities.</summary>
    public static ECDsa SigningKey()
    {
        var key = ECDsa.Create();
        key.ImportFromPem(Key);
        return key;
    }

    /// <summary>A kubeconfig for programs.</summary>
    public string Kubeconfig() => server!.Kubeconfig();

    /// <summary>Creates an object and demands success.</summary>
    public async Task<JsonObject> CreateAsync<T>(T value) where T : KubernetesObject
    {
        var answer = await TryCreateAsync(value);
        answer.Code.ShouldBe(201, answer.Message);
        return answer.Body;
    }

    public Task<Answer> TryCreateAsync<T>(T value) where T : KubernetesObject =>
        SendAsync(HttpMethod.Post, PathOf<T>(value.Metadata.Namespace), KubernetesJson.ToNode(value));

    public async Task<T> GetAsync<T>(ObjectKey key) where T : KubernetesObject
    {
        var answer = await SendAsync(HttpMethod.Get, PathOf<T>(key.Namespace) + "/" + key.Name);
        answer.Code.ShouldBe(200, answer.Message);
        return KubernetesJson.Deserialize<T>(answer.Body);
    }

    /// <summary>Sends a JSON merge patch to an object or subresource.</summary>
    public Task<Answer> PatchAsync<T>(ObjectKey key, string subresource, string patch) where T : KubernetesObject =>
        SendAsync(
            HttpMethod.Patch, $"{PathOf<T>(key.Namespace)}/{key.Name}{subresource}", JsonNode.Parse(patch),
            "application/merge-patch+json");

    public Task<Answer> DeleteAsync<T>(ObjectKey key) where T : KubernetesObject =>
        SendAsync(HttpMethod.Delete, PathOf<T>(key.Namespace) + "/" + key.Name);

    /// <summary>Confirms the deletion of an object.</summary>
    public Task<Answer> ConfirmAsync<T>(ObjectKey key) where T : KubernetesObject => PatchAsync<T>(
        key, "", $$$$"""{"metadata":{"annotations":{"{{{{GardenerAnnotations.ConfirmationDeletion}}}}":"true"}}}""");

    public async Task<Answer> SendAsync(
        HttpMethod method, string path, JsonNode? body = null, string contentType = "application/json",
        string accept = "application/json", string? token = null)
    {
        using var deadline = Deadline();
        using var request = new HttpRequestMessage(method, path);
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(accept));
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, contentType);
        }

        using var response = await server!.Client.SendAsync(request, deadline.Token);
        var text = await response.Content.ReadAsStringAsync(deadline.Token);
        return new Answer((int)response.StatusCode, JsonNode.Parse(text) as JsonObject ?? [])
        {
            Warnings = [.. response.Headers.Warning.Select(w => w.Text[1..^1].Replace("\\\"", "\"", StringComparison.Ordinal))],
        };
    }

    /// <summary>The collection of a kind.</summary>
    public static string PathOf<T>(string? ns) where T : KubernetesObject
    {
        var kind = ResourceKind.Of<T>();
        var root = kind.Group.Length == 0 ? $"api/{kind.Version}" : $"apis/{kind.Group}/{kind.Version}";
        return kind.Namespaced && ns is not null ? $"{root}/namespaces/{ns}/{kind.Plural}" : $"{root}/{kind.Plural}";
    }

    /// <summary>A new, valid shoot of the project, not yet created.</summary>
    public static Shoot NewShoot(string name) => Samples.ValidShoot with
    {
        Metadata = new ObjectMeta { Name = name, Namespace = "garden-local" },
    };

    private static CancellationTokenSource Deadline() => new(TimeSpan.FromSeconds(30));
}
