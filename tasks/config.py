"""The pipeline's whole configuration: one sub-model per stage, keys named as the stages are."""

from __future__ import annotations

import warnings

from pydantic import BaseModel, ConfigDict, Field

from tasks.align.config import AlignStageConfig
from tasks.clean.config import CleanConfig
from tasks.conversations.config import ConversationsConfig
from tasks.crawl.config import CrawlConfig
from tasks.dedup.config import DedupConfig
from tasks.encode.config import EncodeConfig
from tasks.engine import EngineConfig
from tasks.evaluate.config import EvaluateStageConfig
from tasks.extract.config import ExtractConfig
from tasks.jobs.config import JobsConfig
from tasks.mix.config import MixConfig
from tasks.pretrain.config import PretrainStageConfig
from tasks.register.config import RegisterConfig
from tasks.sft.config import SftStageConfig
from tasks.tokenizer.config import TokenizerConfig
from tasks.topics.config import TopicsConfig

# A key is named as its stage is; that BaseModel inherits a `register` from ABCMeta does not matter here.
warnings.filterwarnings("ignore", message='Field name "register" in "PipelineConfig" shadows')


class PipelineConfig(BaseModel):
    """Everything a run can be told. Profiles are complete files of these keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: str = Field(
        ".sportslm",
        min_length=1,
        description="Folder for databases, jobs and logs; deleting it is a clean start.",
    )
    lake: str = Field(
        "", description="Folder or s3://bucket/prefix that holds the data; empty means <home>/lake."
    )
    snapshot: str = Field("latest", description="latest, new (crawl now), or an id such as 20261120T0600Z.")
    accept_terms: tuple[str, ...] = Field(
        (), description="Ids of sources whose terms you have read and accept (sportslm sources show ID)."
    )
    engine: EngineConfig = Field(EngineConfig(), description="Where the shards of a stage run.")
    jobs: JobsConfig = Field(JobsConfig(), description="Where training jobs run.")
    crawl: CrawlConfig = Field(CrawlConfig(), description="What to fetch.")
    extract: ExtractConfig = Field(ExtractConfig(), description="Pages to documents.")
    topics: TopicsConfig = Field(TopicsConfig(), description="What tells sport from the rest.")
    clean: CleanConfig = Field(CleanConfig(), description="Which documents are kept.")
    dedup: DedupConfig = Field(DedupConfig(), description="Near-duplicate removal.")
    mix: MixConfig = Field(MixConfig(), description="Split and weights.")
    tokenizer: TokenizerConfig = Field(TokenizerConfig(), description="The vocabulary.")
    encode: EncodeConfig = Field(EncodeConfig(), description="Text to tokens.")
    conversations: ConversationsConfig = Field(ConversationsConfig(), description="Question-answer data.")
    pretrain: PretrainStageConfig = Field(PretrainStageConfig(), description="Next-token training.")
    sft: SftStageConfig = Field(SftStageConfig(), description="Fine-tuning on conversations.")
    align: AlignStageConfig = Field(AlignStageConfig(), description="Preference tuning; off by default.")
    evaluate: EvaluateStageConfig = Field(EvaluateStageConfig(), description="Scoring the model.")
    register: RegisterConfig = Field(RegisterConfig(), description="Registration and floors.")

    @property
    def lake_uri(self) -> str:
        """Return where the lake is."""
        return self.lake or f"{self.home}/lake"
